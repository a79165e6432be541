/**
 * Types of a Cisco codec's diagnostics messages (`xStatus Diagnostics Message Type`), lower case: they name a fault and nobody, so that a
 * recording keeps them. A type that is not here is replaced like any other word. Source: public drivers' lists and the Webex devices'
 * list of issue codes.
 */
export const diagnosticTypes: readonly string[] = (
  "abnormalcalltermination anatonvcs audiointernalspeakerdisabled audiopairinginterference audiopairingnoise audiopairingrate " +
  "audiopairingsnr audiopairingtokendecode callprotocoldualstackconfig callprotocolipstackplatformcompatibility " +
  "callprotocolvcsprovisioningcompatibility cameradetected cameraid camerapairing camerasdetected cameraserial " +
  "camerasoftwareversion camerastatus capfoperationstate capsetfilterconfiguration captiveportaldetected certificateexpiry " +
  "configurationfile contactinfomismatch controlsystemconnection ctlinstallation cucmvendorconfigurationfile " +
  "currentnetworkquality defaultcallprotocolregistered ecreferencedelay ethernetduplexmatches fanstatus " +
  "firsttimewizardnotcompleted h320gatewaystatus h323gatekeeperstatus hasactivecallprotocol hasvalidreleasekey " +
  "hdmicecmodenosound httpfeedbackfailed httpsmodesecurity invalidsiptransportconfig ipcamerastatus ipv4assignment " +
  "ipv6assignment ipv6mtu isdnlinkcompatibility isdnlinkipstack itlinstallation lockdown macroserrorlogged " +
  "macrosprovisioningstatus macrosruntimehashadcrash macrosruntimeresponsiveness macrosruntimestatus mediablockingdetected " +
  "mediaportrangenegative mediaportrangeodd mediaportrangeoverlap mediaportrangetoosmall mediaportrangevaluespace mediaprotocol " +
  "microphoneoverloaded microphonereinforcement microphonesconnected missingdisplay missingencryptionkey missingthirddisplay " +
  "monitordelay netlinkstatus netspeedautonegotiated networkquality networkswitchconfiguration ntpstatus osdvideooutput " +
  "outputconnectorlocations peripheralsoftwareversion platformsanity presentationsourceselection presentertrack " +
  "provisioningdeveloperoptions provisioningmodeandstatus provisioningstatus roomcontrol roomschedulingconfiguration " +
  "selectedvideoinputsourceconnected sipencryption sipiceandanatconflict siplistenportandoutboundmode " +
  "siplistenportandregistration siporh323butnotbothenabled sipprofileregistration sipprofiletype softwareoutofdate " +
  "softwareupgrade softwareupgradeavailability softwareupgradecompatibility softwareupgradekeepsfailing soontobedeactivated " +
  "speakertrackethernetconnection speakertrackfrontpanelmountedcorrectly speakertrackmicrophoneconnection " +
  "speakertrackvideoinputs stylusbattery tcpmediafallback temperaturecheck thousandeyesstatus tlsverifyrequiredcerts " +
  "touchpanelconnection turnbandwidth ultrasoundconfigsettings ultrasoundspeakeravailability validpasswords " +
  "videofrominternalcamera videoinputsignalquality videoinputstability videoportrangenegative videoportrangeodd " +
  "videoportrangetoosmall videoportrangevaluespace webexactivationrequired webexconnectivity webexoffline webrtccalling " +
  "wificarequired wxcsipconnection wxcwebexconnection"
).split(" ");
