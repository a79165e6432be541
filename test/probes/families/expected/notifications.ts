/**
 * What every notification means, by hand from the MIBs' texts: `OID name: effect symptom [part]`, or `OID name: event`; `<- OID=value, …` are
 * the varbinds that it carries where they matter. A clear stands under its raise. What is missing here, or here in vain, is an error.
 */

/** SNMPv2-MIB and IF-MIB; index 7 is eth7. */
const generic = `
1.3.6.1.6.3.1.1.5.1 coldStart: event reboot
1.3.6.1.6.3.1.1.5.2 warmStart: event reboot
1.3.6.1.6.3.1.1.5.3 linkDown: raise interface-down [interface eth7] <- 1.3.6.1.2.1.2.2.1.1.7=7, 1.3.6.1.2.1.2.2.1.2.7=eth7
1.3.6.1.6.3.1.1.5.4 linkUp: clear interface-down [interface eth7] <- 1.3.6.1.2.1.2.2.1.1.7=7, 1.3.6.1.2.1.2.2.1.2.7=eth7
1.3.6.1.6.3.1.1.5.3 linkDown: raise interface-down [interface #7] <- 1.3.6.1.2.1.2.2.1.1.7=7
1.3.6.1.6.3.1.1.5.4 linkUp: clear interface-down [interface #7] <- 1.3.6.1.2.1.2.2.1.1.7=7
1.3.6.1.6.3.1.1.5.5 authenticationFailure: event auth-failure`;

const entity = `
1.3.6.1.2.1.47.2.0.1 entConfigChange: event`;

/** CISCO-ENVMON-MIB (9.9.13.3), -CONFIG-MAN- (9.9.43), -SYSLOG- (9.9.41), -ENTITY-SENSOR-MIB (9.9.91). */
const cisco = `
1.3.6.1.4.1.9.9.13.3.0.1 ciscoEnvMonShutdownNotification: event
1.3.6.1.4.1.9.9.13.3.0.3 ciscoEnvMonTemperatureNotification: raise over-temperature [sensor Inlet] <- 1.3.6.1.4.1.9.9.13.1.3.1.2.4=Inlet
1.3.6.1.4.1.9.9.13.3.0.7 ciscoEnvMonTempStatusChangeNotif: clear over-temperature [sensor Inlet] <- 1.3.6.1.4.1.9.9.13.1.3.1.2.4=Inlet, 1.3.6.1.4.1.9.9.13.1.3.1.6.4=1
1.3.6.1.4.1.9.9.13.3.0.7 ciscoEnvMonTempStatusChangeNotif: raise over-temperature [sensor Inlet] <- 1.3.6.1.4.1.9.9.13.1.3.1.2.4=Inlet, 1.3.6.1.4.1.9.9.13.1.3.1.6.4=2
1.3.6.1.4.1.9.9.13.3.0.7 ciscoEnvMonTempStatusChangeNotif: raise over-temperature [sensor Inlet] <- 1.3.6.1.4.1.9.9.13.1.3.1.2.4=Inlet, 1.3.6.1.4.1.9.9.13.1.3.1.6.4=4
1.3.6.1.4.1.9.9.13.3.0.7 ciscoEnvMonTempStatusChangeNotif: event <- 1.3.6.1.4.1.9.9.13.1.3.1.2.4=Inlet, 1.3.6.1.4.1.9.9.13.1.3.1.6.4=6
1.3.6.1.4.1.9.9.13.3.0.4 ciscoEnvMonFanNotification: raise fan-failed [fan Left] <- 1.3.6.1.4.1.9.9.13.1.4.1.2.4=Left
1.3.6.1.4.1.9.9.13.3.0.8 ciscoEnvMonFanStatusChangeNotif: clear fan-failed [fan Left] <- 1.3.6.1.4.1.9.9.13.1.4.1.2.4=Left, 1.3.6.1.4.1.9.9.13.1.4.1.3.4=1
1.3.6.1.4.1.9.9.13.3.0.8 ciscoEnvMonFanStatusChangeNotif: raise fan-failed [fan Left] <- 1.3.6.1.4.1.9.9.13.1.4.1.2.4=Left, 1.3.6.1.4.1.9.9.13.1.4.1.3.4=6
1.3.6.1.4.1.9.9.13.3.0.8 ciscoEnvMonFanStatusChangeNotif: event <- 1.3.6.1.4.1.9.9.13.1.4.1.2.4=Left, 1.3.6.1.4.1.9.9.13.1.4.1.3.4=5
1.3.6.1.4.1.9.9.13.3.0.5 ciscoEnvMonRedundantSupplyNotification: raise power-supply-failed [power-supply PS2] <- 1.3.6.1.4.1.9.9.13.1.5.1.2.4=PS2
1.3.6.1.4.1.9.9.13.3.0.9 ciscoEnvMonSuppStatusChangeNotif: clear power-supply-failed [power-supply PS2] <- 1.3.6.1.4.1.9.9.13.1.5.1.2.4=PS2, 1.3.6.1.4.1.9.9.13.1.5.1.3.4=1
1.3.6.1.4.1.9.9.13.3.0.9 ciscoEnvMonSuppStatusChangeNotif: raise power-supply-failed [power-supply PS2] <- 1.3.6.1.4.1.9.9.13.1.5.1.2.4=PS2, 1.3.6.1.4.1.9.9.13.1.5.1.3.4=3
1.3.6.1.4.1.9.9.13.3.0.6 ciscoEnvMonVoltStatusChangeNotif: raise voltage-abnormal [voltage 3.3 V] <- 1.3.6.1.4.1.9.9.13.1.2.1.2.4=3.3 V, 1.3.6.1.4.1.9.9.13.1.2.1.7.4=2
1.3.6.1.4.1.9.9.13.3.0.6 ciscoEnvMonVoltStatusChangeNotif: clear voltage-abnormal [voltage 3.3 V] <- 1.3.6.1.4.1.9.9.13.1.2.1.2.4=3.3 V, 1.3.6.1.4.1.9.9.13.1.2.1.7.4=1
1.3.6.1.4.1.9.9.43.2.0.1 ciscoConfigManEvent: event config-changed
1.3.6.1.4.1.9.9.41.2.0.1 clogMessageGenerated: event
1.3.6.1.4.1.9.9.91.2.0.1 entSensorThresholdNotification: event`;

/** CISCO-TELEPRESENCE-MIB (9.9.643): noError 0, commError 8, detectionDisabled 9; -CALL-MIB (9.9.644), with its own spelling. */
const cts = `
1.3.6.1.4.1.9.9.643.0.1 ctpPeripheralErrorNotification: raise device-diagnostic [peripheral 3] <- 1.3.6.1.4.1.9.9.643.1.3.3.1.2.5=3, 1.3.6.1.4.1.9.9.643.1.3.3.1.3.5=2
1.3.6.1.4.1.9.9.643.0.1 ctpPeripheralErrorNotification: clear device-diagnostic [peripheral 3] <- 1.3.6.1.4.1.9.9.643.1.3.3.1.2.5=3, 1.3.6.1.4.1.9.9.643.1.3.3.1.3.5=0
1.3.6.1.4.1.9.9.643.0.3 ctpPeriStatusChangeNotification: raise device-diagnostic [peripheral 3] <- 1.3.6.1.4.1.9.9.643.1.2.1.1.3.3=8
1.3.6.1.4.1.9.9.643.0.3 ctpPeriStatusChangeNotification: clear device-diagnostic [peripheral 3] <- 1.3.6.1.4.1.9.9.643.1.2.1.1.3.3=0
1.3.6.1.4.1.9.9.643.0.3 ctpPeriStatusChangeNotification: clear device-diagnostic [peripheral 3] <- 1.3.6.1.4.1.9.9.643.1.2.1.1.3.3=9
1.3.6.1.4.1.9.9.643.0.3 ctpPeriStatusChangeNotification: event
1.3.6.1.4.1.9.9.643.0.2 ctpSysUserAuthFailNotification: event auth-failure
1.3.6.1.4.1.9.9.644.0.1 ctpcMgmtSysConnFailNotification: event
1.3.6.1.4.1.9.9.644.0.2 ctpcStatNotificaion: event
1.3.6.1.4.1.9.9.644.0.3 ctpcMgmtSysConnEventNotification: event`;

/** POLYCOM-VIDEO-MIB: SNMPv1, enterprise 2684.1.1, here in the form of RFC 3584. */
const viewstation = `
1.3.6.1.4.1.2684.1.1.0.1 loginOK: event
1.3.6.1.4.1.2684.1.1.0.2 loginFail: event auth-failure
1.3.6.1.4.1.2684.1.1.0.3 lowBattery: event remote-battery-low
1.3.6.1.4.1.2684.1.1.0.4 callUp: event
1.3.6.1.4.1.2684.1.1.0.5 callDown: event
1.3.6.1.4.1.2684.1.1.0.6 callFail: event
1.3.6.1.4.1.2684.1.1.0.7 userAssist: event user-assistance
1.3.6.1.4.1.2684.1.1.0.8 visualConcertUp: event
1.3.6.1.4.1.2684.1.1.0.9 visualConcertOff: event
1.3.6.1.4.1.2684.1.1.0.10 micChange: event
1.3.6.1.4.1.2684.1.1.0.11 autoAnswerChange: event auto-answer-changed
1.3.6.1.4.1.2684.1.1.0.13 timeServerDown: raise time-server-unreachable
1.3.6.1.4.1.2684.1.1.0.12 timeServerUp: clear time-server-unreachable
1.3.6.1.4.1.2684.1.1.0.14 timeServerOn: event
1.3.6.1.4.1.2684.1.1.0.15 timeServerOff: clear time-server-unreachable
1.3.6.1.4.1.2684.1.1.0.17 gdsDown: raise directory-unreachable
1.3.6.1.4.1.2684.1.1.0.16 gdsUp: clear directory-unreachable
1.3.6.1.4.1.2684.1.1.0.18 gdsOff: clear directory-unreachable
1.3.6.1.4.1.2684.1.1.0.20 gatekeeperDown: raise h323-unregistered
1.3.6.1.4.1.2684.1.1.0.19 gatekeeperReg: clear h323-unregistered
1.3.6.1.4.1.2684.1.1.0.21 gatekeeperOff: clear h323-unregistered
1.3.6.1.4.1.2684.1.1.0.22 ipAddressChange: event address-changed
1.3.6.1.4.1.2684.1.1.0.23 interfaceTypeChange: event
1.3.6.1.4.1.2684.1.1.0.24 lineEnabled: event
1.3.6.1.4.1.2684.1.1.0.27 lineDown: raise isdn-line-down [line 2] <- 1.3.6.1.4.1.2684.1.1.15.0=2
1.3.6.1.4.1.2684.1.1.0.26 lineUp: clear isdn-line-down [line 2] <- 1.3.6.1.4.1.2684.1.1.15.0=2
1.3.6.1.4.1.2684.1.1.0.25 lineDisabled: clear isdn-line-down [line 2] <- 1.3.6.1.4.1.2684.1.1.15.0=2
1.3.6.1.4.1.2684.1.1.0.28 v35PortsEnabled: event
1.3.6.1.4.1.2684.1.1.0.29 lineCountChange: event
1.3.6.1.4.1.2684.1.1.0.31 mainCameraDown: raise camera-disconnected
1.3.6.1.4.1.2684.1.1.0.30 mainCameraUp: clear camera-disconnected
1.3.6.1.4.1.2684.1.1.0.32 upnpChange: event
1.3.6.1.4.1.2684.1.1.0.33 percentPacketLossExcessive: event media-loss
1.3.6.1.4.1.2684.1.1.0.34 jitterExcessive: event media-jitter
1.3.6.1.4.1.2684.1.1.0.35 latencyExcessive: event media-latency`;

/** POLYCOM-ENDPOINT-MIB: problem and resolution in turn. */
const polycom = `
1.3.6.1.4.1.13885.101.0.17 securityFailedAuthAttempt: event auth-failure
1.3.6.1.4.1.13885.101.0.19 securitySuccessfulAuthAttempt: event
1.3.6.1.4.1.13885.101.0.21 securityPortLocked: event
1.3.6.1.4.1.13885.101.0.22 securityPortUnlocked: event
1.3.6.1.4.1.13885.101.0.23 securityAccountLocked: event
1.3.6.1.4.1.13885.101.0.24 securityAccountUnlocked: event
1.3.6.1.4.1.13885.101.0.25 securityConfigChange: event config-changed
1.3.6.1.4.1.13885.101.0.67 softwareUpdateStarted: event
1.3.6.1.4.1.13885.101.0.69 softwareUpdateFailed: raise software-update-failed
1.3.6.1.4.1.13885.101.0.68 softwareUpdateComplete: clear software-update-failed
1.3.6.1.4.1.13885.101.0.70 h323GateKeeperRegistrationFailed: raise h323-unregistered
1.3.6.1.4.1.13885.101.0.71 h323GateKeeperRegistrationOK: clear h323-unregistered
1.3.6.1.4.1.13885.101.0.72 sipRegistrationFailed: raise sip-unregistered
1.3.6.1.4.1.13885.101.0.73 sipRegistrationOK: clear sip-unregistered
1.3.6.1.4.1.13885.101.0.74 isdnLineDown: raise isdn-line-down
1.3.6.1.4.1.13885.101.0.75 isdnLineUp: clear isdn-line-down
1.3.6.1.4.1.13885.101.0.76 primaryCameraDown: raise camera-disconnected
1.3.6.1.4.1.13885.101.0.77 primaryCameraOK: clear camera-disconnected
1.3.6.1.4.1.13885.101.0.78 callConnected: event
1.3.6.1.4.1.13885.101.0.79 callDisconnected: event
1.3.6.1.4.1.13885.101.0.80 callFailed: event
1.3.6.1.4.1.13885.101.0.81 jitterExcessive: raise media-jitter
1.3.6.1.4.1.13885.101.0.82 jitterOK: clear media-jitter
1.3.6.1.4.1.13885.101.0.83 latencyExcessive: raise media-latency
1.3.6.1.4.1.13885.101.0.84 latencyOK: clear media-latency
1.3.6.1.4.1.13885.101.0.85 packetLossExcessive: raise media-loss
1.3.6.1.4.1.13885.101.0.86 packetLossOK: clear media-loss
1.3.6.1.4.1.13885.101.0.87 presenceServerDown: raise service-unreachable [service presence]
1.3.6.1.4.1.13885.101.0.88 presenceServerOK: clear service-unreachable [service presence]
1.3.6.1.4.1.13885.101.0.89 cdrServerDown: raise service-unreachable [service cdr]
1.3.6.1.4.1.13885.101.0.90 cdrServerOK: clear service-unreachable [service cdr]
1.3.6.1.4.1.13885.101.0.91 syslogServerDown: raise service-unreachable [service syslog]
1.3.6.1.4.1.13885.101.0.92 syslogServerOK: clear service-unreachable [service syslog]
1.3.6.1.4.1.13885.101.0.93 softwareUpdateServerDown: raise service-unreachable [service software-update]
1.3.6.1.4.1.13885.101.0.94 softwareUpdateServerOK: clear service-unreachable [service software-update]
1.3.6.1.4.1.13885.101.0.95 provisioningServerDown: raise provisioning-failed
1.3.6.1.4.1.13885.101.0.96 provisioningServerOK: clear provisioning-failed
1.3.6.1.4.1.13885.101.0.97 calendarServerDown: raise service-unreachable [service calendar]
1.3.6.1.4.1.13885.101.0.98 calendarServerOK: clear service-unreachable [service calendar]
1.3.6.1.4.1.13885.101.0.99 directoryServerDown: raise directory-unreachable
1.3.6.1.4.1.13885.101.0.100 directoryServerOK: clear directory-unreachable
1.3.6.1.4.1.13885.101.0.101 remoteControlBatteryLow: raise remote-battery-low
1.3.6.1.4.1.13885.101.0.102 remoteControlBatteryOK: clear remote-battery-low`;

/** PowerNet-MIB. What restores power or takes the load off has no notification for the others: a look ends those. */
const powernet = `
1.3.6.1.4.1.318.0.1 communicationLost: raise ups-fault [alarm communication]
1.3.6.1.4.1.318.0.8 communicationEstablished: clear ups-fault [alarm communication]
1.3.6.1.4.1.318.0.2 upsOverload: raise ups-overload
1.3.6.1.4.1.318.0.3 upsDiagnosticsFailed: raise ups-fault [alarm self-test]
1.3.6.1.4.1.318.0.10 upsDiagnosticsPassed: clear ups-fault [alarm self-test]
1.3.6.1.4.1.318.0.4 upsDischarged: raise battery-low
1.3.6.1.4.1.318.0.5 upsOnBattery: raise on-battery
1.3.6.1.4.1.318.0.9 powerRestored: clear on-battery
1.3.6.1.4.1.318.0.6 smartBoostOn: event
1.3.6.1.4.1.318.0.7 lowBattery: raise battery-low
1.3.6.1.4.1.318.0.11 returnFromLowBattery: clear battery-low
1.3.6.1.4.1.318.0.17 upsBatteryNeedsReplacement: raise battery-replace`;

/** UPS-MIB (RFC 1628): no `.0.`; what the alarm is stands in upsAlarmDescr, its row in the index. */
const upsAlarms: Readonly<Record<number, string>> = {
  1: "battery-replace [alarm 7]",
  2: "on-battery",
  3: "battery-low",
  4: "battery-low",
  5: "ups-fault [alarm 7]",
  7: "ups-fault [alarm 7]",
  8: "ups-overload",
  9: "ups-fault [alarm 7]",
  10: "ups-fault [alarm 7]",
  13: "ups-fault [alarm 7]",
  14: "ups-fault [alarm 7]",
  15: "ups-fault [alarm 7]",
  16: "ups-fault [alarm 7]",
  17: "ups-fault [alarm 7]",
  18: "ups-fault [alarm 7]",
  19: "ups-fault [alarm 7]",
  20: "ups-fault [alarm 7]",
  22: "ups-fault [alarm 7]",
  23: "ups-fault [alarm 7]",
};

function upsAlarm(number: number): string {
  const carried = `<- 1.3.6.1.2.1.33.1.6.2.1.1.7=7, 1.3.6.1.2.1.33.1.6.2.1.2.7=1.3.6.1.2.1.33.1.6.3.${number}`;
  const said = upsAlarms[number];
  return `
1.3.6.1.2.1.33.2.3 upsTrapAlarmEntryAdded: ${said === undefined ? "event" : `raise ${said}`} ${carried}
1.3.6.1.2.1.33.2.4 upsTrapAlarmEntryRemoved: ${said === undefined ? "event" : `clear ${said}`} ${carried}`;
}

/** 6, 11, 12, 21 and 24 are no fault: the mains, what was asked for, and a test; 25 is a maker's own. */
const ups = `
1.3.6.1.2.1.33.2.1 upsTrapOnBattery: raise on-battery
1.3.6.1.2.1.33.2.2 upsTrapTestCompleted: event${Array.from({ length: 25 }, (_, at) => upsAlarm(at + 1)).join("")}`;

/**
 * POLYCOM-RMX-MIB: fault N and its clear N + 10000 of `rmx<Name>Alarm`. A fault of the bridge, of the part that its name says, but for those
 * with a word behind them: `event` is no fault, and then its clear means nothing.
 */
const rmxFaults = `
5001 NoLicensing
5002 NoMeetingRoom
5003 NoIpServiceParams
5004 TaskTerminated
5005 CfgChanged event config-changed
5006 CfgInvalid
5007 DebugMode event
5008 LowProcessMemoryAlert
5009 LowSystemMemoryAlert
5010 SystemCpuUsageAlert
5011 TestError
5012 SipSecuredCommunicationFailed
5013 BadFile
5014 HighCpuUsageProcessAlert
5016 IdleDeadlineReached
5017 StartupConditionConfiguration
5018 RestoringDefaultFactory event
5019 IpVersionChanged event config-changed
5050 NoServiceFoundInDb
5052 NoConnectionWithCs
5053 CsComponentFatal
5054 CsNotConfigured
5055 CsServiceStateFail
5056 CsStartupFailed
5058 DuplicateIpCsMngmnt
5059 IpServiceDeleted event config-changed
5060 IpServiceChanged event config-changed
5061 CsRecoveryStatus
5062 ExternalAlertCs
5100 ProductActivationFailure
5101 NoManagementIpInterface
5102 NoTimeConfiguration
5103 MplStartupFailureAuthenticationNotReceived
5104 MplStartupFailureMngmntIpCnfgNotReceived
5105 NoDnsConfiguration
5106 DnsRegistraionFailed
5107 FailedToOpenApacheConfigurationFile
5108 FailedToSaveApacheConfigurationFile
5109 PatchedVersion event
5110 PrivateVersion event
5111 NtpSyncFailure time-server-unreachable
5112 IllegalTime
5113 ExternalNtpServersFailure time-server-unreachable
5114 RunningVersionMismatchesCurrentVersion
5115 IdeNotInDmaMode
5116 BadEthernetSettings
5117 SmartReportErrorsOnHd
5118 IllegalMcuVersion
5119 DebugCfgExist event
5120 InstallingNewVersion event
5121 SshEnabled event
5122 FailedToValidateCertificate
5123 CertificateExpired certificate-expiring
5124 CertificateCommonNameError
5125 CertificateNotValidYet
5126 CertificateGoingToBeExpired certificate-expiring
5127 ProductTypeMismatch
5128 UnknownCpuSlotId
5129 NoFipsTestResultFromEncryptionkeyserver
5130 FipsFailureWithinEncryptionkeyserver
5131 HttpsDisabledInJitc
5140 BackupOfCdrFilesIsRequired
5150 NoMusicSource
5151 SwitchNotLoaded
5152 NoIsdnServiceParams
5153 ModuleDoesNotExist
5154 NoDefaultIsdnService
5155 ExternalAlertEmb
5156 VersionInstallProgress event
5157 VersionIpmcInstallProgress event
5200 VoltageProblem voltage-abnormal
5201 TemperatureMajorProblem over-temperature
5202 TemperatureCriticalProblem over-temperature
5203 FailureProblem
5204 PowerOffProblem
5205 OtherProblem
5206 NoConnectionWithCard
5207 UnitNotResponding
5208 MediaIpConfigurationFailure
5209 CardFolderMountingFailed
5211 CardStartupFailure
5212 RtmIsdnStartupFailure
5213 RtmIsdnStartupProblem
5214 NoConnectionWithRtmIsdn
5215 RedAlarm
5216 YellowAlarm
5217 DChannelNotEstablished
5218 CardsConfigEvent event
5219 CardsWrongFileMode
5220 CardsFlashAccessProblem
5221 RtmLanOrIsdnMissing
5222 NoLanConnection
5300 CanNotEstablishConnectionWithSipRegistrar sip-unregistered
5301 SipRegistrationLimitReached
5350 FailedToAccessDnsServer
5351 NoIndDnsSuccess
5400 FailedToInitFileSystem
5401 BadFileSystem
5402 BadHardDisk
5403 BackupOfLogFilesIsRequired
5430 BackupOfAuditFilesIsRequired
5450 FailedToFillActionRedirection
5500 FailedConfigUserListInLinux
5550 InsufficientResources
5551 PortConfigurationChanged event config-changed
5552 NoUtilizableUnitForAudioController
5553 AllocationModeChanged event config-changed
5601 ProcessTerminated
5602 ResetMcuByTerminal event reboot
5603 ResetMcuByOperator event reboot
5604 ResetMcuInternal event reboot
5605 ResetMcu event reboot
5606 ResetMcuDiagnostics event reboot
5607 ProcessStartupFailed
5608 SystemInSafeMode
5609 GuiSystemConfigIsIllegal
5650 FileSystemFailedToScan
5651 FileSystemOverflow
5652 HardDiskFailure
5690 CpuIpcmSoftwareIsNotUpdated
5700 NewVersionInstalled event
5701 NewActivationKeyLoaded event
5751 InsufficientUdpPorts
5800 UsersListCorrupted
5801 DefaultUserExists event
5802 SupportOperatorIllegalInFederalMode
5900 IsdnServicesConfigurationChanged event config-changed
5901 NoIsdnPstnLicensing
5902 NoRtmIsdnCard
5903 NoClockSource
5904 SingleClockSource
5950 GkmngrAvfWrongMcuConfig
5951 GateKeeperError h323-unregistered
6000 CanNotEstablishConnectionWithApplicationServer
6001 SystemConfiguration
6002 ExternalDbCertificateError
6050 IvrServiceListMissingDefaultService
6051 CanNotCreateDefaultProfile
6052 NoReadMrDbReqRecievedFromRsrc
6053 FailedToConnectRecordingLink
6054 RecordingLinkDisconnecedUnexpectedly
6055 SystemBasedModeNotIntialized
6056 ConfEncryptionError
6100 SnmpAgentInitFailed
6200 RestoreSucceeded event
6201 RestoreFailed
7010 EncryptionServerError
7050 ExchangeServerConnectionError`;

const rmx = rmxFaults
  .trim()
  .split("\n")
  .flatMap((line) => {
    const [number = "", name = "", kind = "bridge-fault", symptom = ""] = line.split(" ");
    const under = "1.3.6.1.4.1.13885.9.1.1.2.2.0";
    const [fault, clear] = [`${under}.${number} rmx${name}AlarmFault:`, `${under}.${Number(number) + 10_000} rmx${name}AlarmClear:`];
    if (kind === "event") return [`${fault} event ${symptom}`.trim(), `${clear} event`];
    const part = `[alarm ${name.replaceAll(/([a-z0-9])([A-Z])/g, "$1-$2").toLowerCase()}]`;
    return [`${fault} raise ${kind} ${part}`, `${clear} clear ${kind} ${part}`];
  })
  .join("\n");

const lines = (...catalogues: readonly string[]): readonly string[] =>
  catalogues
    .join("\n")
    .split("\n")
    .filter((line) => line !== "");

/** By family: all that it can send. */
export const NOTIFICATIONS: Readonly<Record<string, readonly string[]>> = {
  "cisco-ce": lines(generic),
  "cisco-cts": lines(generic, cts),
  "cisco-ios-router": lines(generic, entity, cisco),
  "cisco-ios-switch": lines(generic, entity, cisco),
  "cisco-tc": lines(generic),
  "codian-mcu": lines(generic),
  expressway: lines(generic),
  "generic-snmp": lines(generic, entity),
  "generic-switch": lines(generic, entity),
  gnugk: lines(generic),
  "h323-sip-endpoint": lines(generic),
  "lifesize-classic": lines(generic),
  "lifesize-icon": [],
  "net-snmp-host": lines(generic),
  "ping-only": [],
  "poly-group": lines(generic, viewstation, polycom),
  "poly-hdx": lines(generic, viewstation),
  "polycom-rmx": lines(generic, rmx),
  "tandberg-mxp": lines(generic),
  "ups-apc": lines(generic, powernet),
  "ups-rfc1628": lines(generic, ups),
};
