/**
 * What every word of every state means, by hand: `reading: words > meaning`, several meanings between bars.
 *
 *     fine         nothing is wrong
 *     was:symptom  wrong only where it had been good before: it may be switched off
 *     symptom      a rule raises it
 *     ~symptom     the light shows it and nobody is told, with the reason beside it
 *
 * `reading/part` is about the parts of one prefix.
 */
const cisco = `
sip_registration: registered > fine | inactive > was:sip-unregistered | failed deregister > sip-unregistered
h323_registration: registered > fine | inactive > was:h323-unregistered | rejected discovering discovered authenticating authenticated registering required > h323-unregistered
system_state: initialized initializing in-call multisite sleeping > fine
peripheral/camera: connected replaced > fine | disconnected > was:camera-disconnected
peripheral/microphone: connected > fine | disconnected > was:microphone-disconnected
peripheral/monitor: connected > fine | disconnected > was:display-disconnected
video_input_signal: ok not-found unsupported unknown > fine
diagnostic: warning info ok skipped > fine | critical error > device-diagnostic
provisioning: provisioned idle need-config > fine | failed authentication-failed config-error > provisioning-failed
software_update: none in-progress succeeded > fine | failed installation-failed > software-update-failed
time_server: synced unknown > fine | discarded > time-server-unreachable
microphone_mute: on off > fine`;

/** CISCO-ENVMON-MIB; a sensor that does not work says nothing of the heat. */
const environment = `
temperature_status: normal not-present not-functioning > fine | warning critical shutdown > over-temperature
fan_status: normal not-present > fine | warning critical shutdown not-functioning > fan-failed
power_supply_status: normal not-present > fine | warning critical shutdown not-functioning > power-supply-failed
voltage_status: normal not-present > fine | warning critical shutdown not-functioning > voltage-abnormal`;

const sensors = "sensor_status: ok unavailable nonoperational > fine";

/** A device that answers over IP and says that its IP network is down has another one: the ping judges. */
const polyShell = `ip_network: connected > fine | disconnected > ~unreachable
microphone_mute: on off > fine`;

export const WORDS: Readonly<Record<string, string>> = {
  "cisco-ce": `${cisco}
webex_status: registered registering disabled stopped > fine | error > webex-unregistered
temperature_status: normal > fine | any-other-word > over-temperature
peripheral/touchpanel: connected > fine | disconnected > touchpanel-disconnected
standby: off standby entering-standby halfwake > fine
loudspeaker_mute: on off > fine
video_mute: on off > fine`,
  "cisco-tc": `${cisco}
fan_status: normal > fine | not-functioning > fan-failed
standby: off standby > fine`,
  "cisco-ios-router": environment,
  "cisco-ios-switch": environment,
  expressway: `
registration_listed: listed > fine
time_server: synced unknown > fine | discarded > time-server-unreachable
alarm_severity: warning info > fine | critical error > gatekeeper-alarm
zone_status: active warning > fine | failed > zone-failed`,
  "generic-snmp": sensors,
  "generic-switch": sensors,
  gnugk: "registration_listed: listed > fine",
  "lifesize-classic": `
temperature_status: normal > fine | warning critical shutdown > over-temperature
ip_network: connected > fine | binding no-dhcp-response disconnected > ~unreachable
microphone_mute: on off > fine
video_source: hd0 hdmi0 hdmi1 comp0 dvi0 > fine`,
  "net-snmp-host": `
disk_status: ok > fine | full > disk-full
load_status: ok > fine | high > load-high`,
  "poly-group": `
h323_registration: registered > fine | inactive > was:h323-unregistered | failed > h323-unregistered
sip_registration: registered > fine | inactive > was:sip-unregistered | failed > sip-unregistered
peripheral/camera: connected disabled > fine | disconnected > was:camera-disconnected
peripheral/microphone: connected disabled > fine | disconnected > was:microphone-disconnected
software_update: ok disabled > fine | failed > software-update-failed
provisioning: ok disabled > fine | failed > provisioning-failed
directory: ok disabled > fine | failed > directory-unreachable
remote_control: connected disconnected > fine
system_state: initialized initializing sleeping updating shutting-down > fine
time_server: synced > fine
${polyShell}`,
  "lifesize-icon": "software_update: none in-progress > fine",
  "codian-mcu": `
fan_status: normal > fine | warning critical > fan-failed
temperature_status: normal > fine | warning critical > over-temperature
voltage_status: normal > fine | warning critical > voltage-abnormal
voltage_status/clock-battery: normal > fine | warning critical > voltage-abnormal
bridge_status: normal > fine | minor major > bridge-fault
h323_registration: registered > fine | inactive > was:h323-unregistered | registering failed > h323-unregistered`,
  "poly-hdx": `
h323_registration: registered > fine | unregistered > was:h323-unregistered
sip_registration: registered > fine | unregistered > was:sip-unregistered
peripheral/microphone: connected > fine | disconnected > was:microphone-disconnected
${polyShell}`,
  "polycom-rmx": "bridge_status: normal startup > fine | minor major > bridge-fault",
  // Bypassed, or off: the numbers are from memory and are not told.
  "ups-apc": `
ups_output_source: unknown normal booster bypass off reducer > fine | battery > on-battery
ups_battery_status: unknown normal > fine | low > battery-low
ups_battery_replacement: not-needed > fine | needed > battery-replace`,
  // Its alarm table says once more what has a reading of its own (source, battery, load): those judge, and the table is shown.
  "ups-rfc1628": `
ups_output_source: other none normal bypass booster reducer > fine | battery > on-battery
ups_battery_status: unknown normal > fine | low depleted > battery-low
ups_battery_replacement: needed > battery-replace
ups_alarm: input-bad output-off-as-requested ups-off-as-requested awaiting-power test-in-progress > fine | battery-bad > ~battery-replace | on-battery > ~on-battery | low-battery depleted-battery > ~battery-low | output-overload > ~ups-overload | temperature-bad output-bad on-bypass bypass-bad charger-failed output-off system-off fan-failure fuse-failure general-fault diagnostic-test-failed communications-lost shutdown-pending shutdown-imminent > ups-fault`,
};
