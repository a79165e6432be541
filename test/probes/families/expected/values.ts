/**
 * What every recording says, family by family: `name [part] = value unit`, written by hand from the recordings (and from later.ts, which
 * they read ten seconds on), not by the decoder. A line that is missing here, or here in vain, is an error.
 */

/** Two ports that are in use, up and down; a third is switched off and is not told. */
const ports = `
interface_up [interface GigabitEthernet0/0] = 1 bool
interface_up [interface GigabitEthernet0/1] = 0 bool
interface_in_octets [interface GigabitEthernet0/0] = 5000 octets_per_second
interface_out_octets [interface GigabitEthernet0/0] = 750 octets_per_second
interface_out_octets [interface GigabitEthernet0/1] = 0 octets_per_second
interface_in_errors [interface GigabitEthernet0/0] = 0.5 packets_per_second
interface_in_errors [interface GigabitEthernet0/1] = 0.1 packets_per_second`;

/** 4294967000 and then 1704: 2000 octets over the wrap. */
const ports32 = `${ports}
interface_in_octets [interface GigabitEthernet0/1] = 200 octets_per_second`;

/** 2^53 + 1 and then 2010 more. */
const ports64 = `${ports}
interface_in_octets [interface GigabitEthernet0/1] = 201 octets_per_second`;

const system = (name: string, object: string, description: string) => `
uptime_seconds = 597610 seconds
system_name = ${name}
system_object_id = ${object}
system_description = ${description}
engine_boots = 3`;

/** RFC 3433: 410 at one decimal, 12050 thousandths, 222 with three decimals of kilo, and so on; one is blind, one has no unit, one is broken. */
const sensors = (part: string) => `
temperature_celsius [${part} Inlet Temp] = 41 celsius
sensor_volts [${part} PSU 1 In] = 120 volts
sensor_volts [${part} PSU 1 Out] = 12.05 volts
sensor_amperes [${part} PSU 1 Current] = 1.85 amperes
sensor_watts [${part} PSU 1 Power] = 222 watts
sensor_hertz [${part} PSU 1 Line] = 60 hertz
humidity_ratio [${part} Humidity] = 0.25 ratio
fan_rpm [${part} Fan 1] = 4200 count`;

const sensorWords = `
sensor_status [sensor Inlet Temp] = ok
sensor_status [sensor PSU 1 In] = ok
sensor_status [sensor PSU 1 Out] = ok
sensor_status [sensor PSU 1 Current] = ok
sensor_status [sensor PSU 1 Power] = ok
sensor_status [sensor PSU 1 Line] = ok
sensor_status [sensor Humidity] = ok
sensor_status [sensor Fan 1] = ok
sensor_status [sensor Switch] = ok
sensor_status [sensor Outlet Temp] = unavailable
sensor_status [sensor Broken Temp] = nonoperational`;

/** 500 of 2000 and 396 of 400; the row of the memory is no disk. */
const host = `
cpu_ratio [processor 1] = 0.25 ratio
cpu_ratio [processor 2] = 0.75 ratio
storage_used_ratio [storage /] = 0.25 ratio
storage_used_ratio [storage /var] = 0.99 ratio`;

/** 30 used and 70 free, 25 used and 100 free. */
const ios = `
cpu_ratio [processor 1] = 0.25 ratio
cpu_ratio [processor 2] = 0.48 ratio
memory_used_ratio [memory Processor] = 0.3 ratio
memory_used_ratio [memory I/O] = 0.2 ratio
temperature_celsius [sensor SW#1, Sensor#1] = 41 celsius
temperature_celsius [sensor SW#1, Sensor#2] = 57 celsius
temperature_status [sensor SW#1, Sensor#1] = normal
temperature_status [sensor SW#1, Sensor#2] = warning
fan_status [fan Switch#1, Fan#1] = normal
fan_status [fan Switch#1, Fan#2] = not-functioning
power_supply_status [power-supply Sw1, PS1 Normal] = normal
power_supply_status [power-supply Sw1, PS2] = critical
voltage_status [voltage 1.0 V Core] = normal
voltage_status [voltage 3.3 V] = shutdown
serial = XXX00000000${sensors("component")}`;

/** pktloss 1.5 %; 3, 5, 4 and 9 ms; 42 and 43 kbit/s; 2 days, 1 hour, 10 minutes; volume 24 of 50. */
const polyShell = `
calls = 1 count
uptime_seconds = 177000 seconds
ip_network = connected
microphone_mute = on
volume_ratio = 0.48 ratio
video_source = 2
media_loss_ratio [channel call outgoing main] = 0.015 ratio
media_jitter_seconds [channel audio outgoing main] = 0.003 seconds
media_jitter_seconds [channel audio incoming main] = 0.005 seconds
media_jitter_seconds [channel video outgoing main] = 0.004 seconds
media_jitter_seconds [channel video incoming main] = 0.009 seconds
media_bits_per_second [channel video outgoing main] = 42000 bits_per_second
media_bits_per_second [channel video incoming main] = 43000 bits_per_second`;

/** Over SNMP, the second of two looks. */
export const SNMP_VALUES: Readonly<Record<string, string>> = {
  "cisco-ce": `${system("cisco-ce", "1.3.6.1.4.1.5596.150.6.4.1", "Cisco Codec SoftW: ce9.15.3.17 MCU: Cisco TelePresence SX80 Date: 2021-03-02 S/N: FTT00000000")}${ports32}`,
  "cisco-cts": `${system("cisco-cts", "1.3.6.1.4.1.9.1.1433", "Cisco TelePresence System 3010")}${ports32}`,
  "cisco-ios-router": `${system("cisco-ios-router", "1.3.6.1.4.1.9.1.2068", "Cisco IOS Software, ISR Software (X86_64_LINUX_IOSD-UNIVERSALK9-M), Version 15.5(3)S")}${ports64}${ios}
software_version = 15.5(3)S
model = ISR4331/K9`,
  "cisco-ios-switch": `${system("cisco-ios-switch", "1.3.6.1.4.1.9.1.1208", "Cisco IOS Software, C2960 Software (C2960-LANBASEK9-M), Version 15.0(2)SE")}${ports64}${ios}
software_version = 15.0(2)SE
model = WS-C2960-24TC-L`,
  "cisco-tc": `${system("cisco-tc", "1.3.6.1.4.1.5596.150.6.4.1", "Cisco Codec SoftW: TC7.3.21 MCU: Cisco TelePresence Codec C40 Date: 2019-11-12 S/N: FTT00000001")}${ports32}`,
  "codian-mcu": `${system("codian-mcu", "1.2.826.0.1.4616240.1.1", "Codian MCU 4510")}${ports32}`,
  expressway: `${system("expressway", "1.3.6.1.4.1.5596.130.6.4.1", "Cisco TelePresence Video Communication Server")}${ports64}`,
  "generic-snmp": `${system("generic-snmp", "1.3.6.1.4.1.99999.1", "Some box")}${ports32}${sensors("sensor")}${sensorWords}${host}
software_version = 1.0
serial = XXX00000000
model = Box`,
  "generic-switch": `${system("generic-switch", "1.3.6.1.4.1.99999.2", "Some switch")}${ports64}${sensors("sensor")}${sensorWords}
software_version = 3.1
serial = XXX00000000
model = Switch 24`,
  gnugk: `${system("gnugk", "1.3.6.1.4.1.8072.3.2.10", "Linux gk 6.1.0-18-amd64 #1 SMP x86_64")}${ports64}${host}`,
  "h323-sip-endpoint": `${system("h323-sip-endpoint", "1.3.6.1.4.1.99999.3", "Some endpoint")}${ports32}`,
  "lifesize-classic": system("lifesize-classic", "1.3.6.1.4.1.99999.4", "Some codec"),
  // 4194304 and 1048576 kB; a load of 0.42 and 13.1.
  "net-snmp-host": `${system("net-snmp-host", "1.3.6.1.4.1.8072.3.2.10", "Linux host 6.1.0-18-amd64 #1 SMP x86_64")}${ports64}${host}
memory_total_octets = 4294967296 octets
memory_free_octets = 1073741824 octets
cpu_idle_ratio = 0.87 ratio
load_average [load Load-1] = 0.42 count
load_average [load Load-5] = 13.1 count
load_status [load Load-1] = ok
load_status [load Load-5] = high
disk_used_ratio [disk /] = 0.25 ratio
disk_used_ratio [disk /var] = 0.97 ratio
disk_status [disk /] = ok
disk_status [disk /var] = full`,
  "poly-group": `${system("poly-group", "1.3.6.1.4.1.2684", "Videoconferencing Device")}${ports32}
software_version = 6.2.2
model = RealPresence Group 700
serial = XXX00000000
calls = 2 count
h323_registration = registered
sip_registration [registration 1] = failed
sip_registration [registration 2] = registered
peripheral [camera 1] = connected
peripheral [camera 2] = disconnected
peripheral [microphone 1] = disabled
peripheral [microphone 2] = connected
software_update = ok
provisioning = disabled
directory = failed`,
  "poly-hdx": `${system("poly-hdx", "1.3.6.1.4.1.2684.1.1", "Polycom HDX 7000 HD")}
auto_answer = Yes
gatekeeper_address = 192.0.2.20
ip_address = 192.0.2.21`,
  "polycom-rmx": `${system("polycom-rmx", "1.3.6.1.4.1.13885.9.1", "Polycom RMX 2000")}${ports32}
bridge_status = minor
conferences = 3 count
voice_ports = 12 count
video_ports = 7 count`,
  "tandberg-mxp": `${system("tandberg-mxp", "1.3.6.1.4.1.99999.5596", "TANDBERG Codec")}${ports32}`,
  // 12000 and 60000 hundredths of a second, percents.
  "ups-apc": `${system("ups-apc", "1.3.6.1.4.1.318.1.3.2.12", "APC Web/SNMP Management Card (MB:v4.1.0 PF:v6.8.2)")}
model = Smart-UPS 3000
serial = XXX00000000
ups_battery_status = low
ups_seconds_on_battery = 120 seconds
ups_battery_charge_ratio = 0.18 ratio
temperature_celsius = 41 celsius
ups_remaining_seconds = 600 seconds
ups_battery_replacement = needed
ups_input_volts = 121 volts
ups_output_source = battery
ups_load_ratio = 0.35 ratio`,
  // 90 s on battery, 11 minutes left.
  "ups-rfc1628": `${system("ups-rfc1628", "1.3.6.1.2.1.33", "UPS")}
model = UPS 3000
ups_battery_status = low
ups_seconds_on_battery = 90 seconds
ups_remaining_seconds = 660 seconds
ups_battery_charge_ratio = 0.18 ratio
temperature_celsius = 41 celsius
ups_output_source = battery
ups_input_volts [input 1] = 121 volts
ups_input_volts [input 2] = 119 volts
ups_load_ratio [output 1] = 0.25 ratio
ups_load_ratio [output 2] = 1.02 ratio
ups_alarms = 2 count
ups_alarm [alarm 1] = battery-bad
ups_alarm [alarm 2] = on-battery
ups_battery_replacement [alarm 1] = needed`,
};

/** From the command line, in a call, the second of two looks. */
export const SHELL_VALUES: Readonly<Record<string, string>> = {
  // 597095 s; 30 lost beside 970; 125,000, 50,000 and 10,000 octets in ten seconds; 12, 7 and 3 ms. Ultrasound is noise whatever its level.
  "cisco-ce": `
uptime_seconds = 597095 seconds
calls = 1 count
system_state = in-call
temperature_status = normal
software_version = ce9.15.3.17.e6cbb1d6ab1
model = Cisco TelePresence SX80
serial = FTT00000000
system_name = Room 1
last_shutdown_reason = Upgrade
sip_registration [registration 1] = registered
sip_registration [registration 2] = inactive
sip_proxy_address = 192.0.2.30
h323_registration = rejected
gatekeeper_address = 192.0.2.20
webex_status = disabled
peripheral [camera 1] = connected
peripheral [camera 2] = disconnected
peripheral_model [camera 1] = Precision 60
peripheral_serial [camera 1] = FTT00000001
peripheral_version [camera 1] = S01718
peripheral [microphone 1] = connected
peripheral [microphone 2] = disconnected
peripheral [touchpanel 1001] = connected
peripheral_model [touchpanel 1001] = Cisco TelePresence Touch
peripheral_serial [touchpanel 1001] = FTT00000003
peripheral_version [touchpanel 1001] = RX-0.3
microphone_mute = on
volume_ratio = 0.35 ratio
loudspeaker_mute = off
video_input_signal [connector 1] = ok
video_input_signal [connector 2] = not-found
video_source = 2
video_mute = on
peripheral [monitor 1] = connected
peripheral [monitor 2] = disconnected
peripheral_model [monitor 1] = DELL P2417H
peripheral_serial [monitor 1] = MON00000001
standby = off
diagnostic [ntpstatus] = critical
diagnostic [ecreferencedelay] = warning
diagnostic [ultrasoundspeakeravailability] = info
provisioning = need-config
software_update = succeeded
mac_address = 00:50:60:00:00:01
ip_address = 192.0.2.10
ethernet_speed = 1000full
neighbour_device = switch-1
neighbour_port = GigabitEthernet0/12
neighbour_platform = WS-C2960
time_server = discarded
auto_answer = On
media_loss_ratio [channel video incoming main] = 0.03 ratio
media_loss_ratio [channel video outgoing presentation] = 0.01 ratio
media_loss_ratio [channel audio incoming main] = 0 ratio
media_jitter_seconds [channel video incoming main] = 0.012 seconds
media_jitter_seconds [channel video outgoing presentation] = 0.007 seconds
media_jitter_seconds [channel audio incoming main] = 0.003 seconds
media_bits_per_second [channel video incoming main] = 100000 bits_per_second
media_bits_per_second [channel video outgoing presentation] = 40000 bits_per_second
media_bits_per_second [channel audio incoming main] = 8000 bits_per_second`,
  "cisco-tc": `
uptime_seconds = 597095 seconds
calls = 1 count
system_state = multisite
temperature_celsius = 64 celsius
temperature_threshold_celsius = 85 celsius
fan_status [fan 1] = normal
fan_status [fan 2] = normal
fan_rpm [fan 1] = 1096 count
fan_rpm [fan 2] = 1210 count
software_version = TC7.3.21.19c1a5a
model = Cisco TelePresence Codec C40
serial = FTT00000001
sip_registration [registration 1] = failed
h323_registration = registered
gatekeeper_address = 192.0.2.20
peripheral [camera 1] = connected
peripheral [camera 2] = disconnected
peripheral_model [camera 1] = Cisco TelePresence PrecisionHD 1080p 12X
peripheral_serial [camera 1] = FTT00000002
peripheral [microphone 1] = connected
peripheral [microphone 2] = disconnected
microphone_mute = off
volume_ratio = 0.7 ratio
video_input_signal [connector 1] = ok
video_input_signal [connector 2] = unsupported
video_source = 1
peripheral [monitor 1] = connected
peripheral [monitor 2] = disconnected
standby = off
diagnostic [fanstatus] = error
diagnostic [ecreferencedelay] = warning
provisioning = idle
software_update = installation-failed
mac_address = 00:50:60:00:00:01
ip_address = 192.0.2.10
ethernet_speed = 100full
neighbour_device = switch-1
neighbour_port = GigabitEthernet0/12
neighbour_platform = WS-C2960
time_server = synced
auto_answer = On
media_loss_ratio [channel video incoming main] = 0.03 ratio
media_loss_ratio [channel audio outgoing main] = 0 ratio
media_jitter_seconds [channel video incoming main] = 0.012 seconds
media_jitter_seconds [channel audio outgoing main] = 0.003 seconds
media_bits_per_second [channel video incoming main] = 100000 bits_per_second
media_bits_per_second [channel audio outgoing main] = 8000 bits_per_second`,
  // Two are registered, one of them ours; the other is counted and not told.
  expressway: `
uptime_seconds = 597095 seconds
model = TANDBERG VCS
software_version = X8.11
serial = 52A00000
registrations = 2 count
registration_listed [192.0.2.10] = listed
calls = 1 count
time_server = synced
alarm_severity [alarm 15004] = warning
alarm_severity [alarm 20004] = critical
alarm_severity [alarm 3] = error
zone_status [zone 1] = active
zone_status [zone 2] = failed`,
  gnugk: `
registrations = 2 count
registration_listed [192.0.2.10] = listed
calls = 1 count`,
  // 5 days, 21 h, 13 min, 20 s; percents; 19, 21, 7 and 8 ms; 78.1, 94.0, 924.6 and 893.9 times 1024 bit/s.
  "lifesize-classic": `
calls = 1 count
uptime_seconds = 508400 seconds
temperature_status = critical
ip_network = connected
model = Room
serial = LS000000
software_version = LS_RM1_4.6.0 (16)
microphone_mute = off
volume_ratio = 0.6 ratio
video_source = hd0
media_loss_ratio [channel audio incoming main] = 0.005 ratio
media_loss_ratio [channel audio outgoing main] = 0.00125 ratio
media_loss_ratio [channel video incoming main] = 0.0025 ratio
media_loss_ratio [channel video outgoing main] = 0.000625 ratio
media_jitter_seconds [channel audio incoming main] = 0.019 seconds
media_jitter_seconds [channel audio outgoing main] = 0.021 seconds
media_jitter_seconds [channel video incoming main] = 0.007 seconds
media_jitter_seconds [channel video outgoing main] = 0.008 seconds
media_bits_per_second [channel audio incoming main] = 79974.4 bits_per_second
media_bits_per_second [channel audio outgoing main] = 96256 bits_per_second
media_bits_per_second [channel video incoming main] = 946790.4 bits_per_second
media_bits_per_second [channel video outgoing main] = 915353.6 bits_per_second`,
  "poly-group": `${polyShell}
model = RealPresence Group 700
remote_control = disconnected`,
  "poly-hdx": `${polyShell}
model = HDX 7000 HD
serial = 820000000000CN
software_version = Release - 3.1.14-53757
gatekeeper_address = 192.0.2.10
h323_registration = unregistered
sip_registration = registered
peripheral [microphone] = connected`,
};

/** What web interfaces say (web.yaml). */
export const WEB_VALUES: Readonly<Record<string, string>> = {
  "lifesize-icon": `
calls = 2 count
software_update = in-progress`,
  "codian-mcu": `
model = MCU 4510
serial = XXX00000000
software_version = 4.5(1.89)
video_ports = 20 count
uptime_seconds = 597610 seconds
cpu_ratio = 0.17 ratio
media_load_ratio = 0.4 ratio
audio_load_ratio = 0.04 ratio
video_load_ratio = 0.36 ratio
fan_status = critical
temperature_status = warning
voltage_status = normal
voltage_status [clock-battery] = warning
bridge_status = minor
h323_registration = failed
conferences = 2 count
calls = 3 count`,
  "poly-group": `
ip_network = connected
h323_registration = inactive
sip_registration [registration] = failed
peripheral [camera] = disconnected
peripheral [microphone] = connected
directory = disabled
remote_control = disconnected
system_state = sleeping
time_server = synced
software_version = 3.12.0
serial = XXX00000000
model = StudioX30
uptime_seconds = 693845.31 seconds
calls = 1 count`,
};

/** Names of which a look gives every part there is: what is missing is gone. */
export const WHOLE: Readonly<Record<string, readonly string[]>> = {
  "cisco-ce": ["diagnostic", "media_bits_per_second", "media_jitter_seconds", "media_loss_ratio"],
  "cisco-tc": ["diagnostic", "media_bits_per_second", "media_jitter_seconds", "media_loss_ratio"],
  expressway: ["alarm_severity", "registration_listed"],
  gnugk: ["registration_listed"],
  "lifesize-classic": ["media_jitter_seconds", "media_loss_ratio"],
  "poly-group": ["media_jitter_seconds", "media_loss_ratio"],
  "poly-hdx": ["media_jitter_seconds", "media_loss_ratio"],
  "ups-rfc1628": ["ups_alarm", "ups_battery_replacement"],
};

/**
 * Families of which there is nothing to record but ports: whether something listens there. The third listens on all but the last of them,
 * which nobody ever saw open.
 */
export const PORT_VALUES: Readonly<Record<string, string>> = {
  "h323-sip-endpoint": `
signalling_port [port 1720] = open
signalling_port [port 5060] = open
signalling_port [port 5061] = unused`,
  "lifesize-icon": `
signalling_port [port 1720] = open
signalling_port [port 5060] = unused`,
};

/** What is asked of a family and leaves no recording, with the reason. */
export const NOTHING_TO_RECORD: Readonly<Record<string, string>> = {
  "ping-only": "it is pinged and nothing more",
};
