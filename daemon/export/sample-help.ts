/**
 * One line of help for each sample the families ship, for /metrics. A sample that somebody's own family adds gets a plain one.
 */
const help: Readonly<Record<string, string>> = {
  icmp_rtt_min_seconds: "Shortest round trip of the last look.",
  icmp_rtt_avg_seconds: "Mean round trip of the last look.",
  icmp_rtt_max_seconds: "Longest round trip of the last look.",
  icmp_loss_ratio: "Echo requests without an answer in the last look, 0 to 1.",
  icmp_jitter_seconds: "Mean difference between successive round trips of the last look.",
  uptime_seconds: "Time since the device, or its agent, restarted.",
  interface_up: "1 when an interface that should be up is up, 0 when it is not.",
  interface_in_octets: "Octets received a second.",
  interface_out_octets: "Octets sent a second.",
  interface_in_errors: "Packets received with errors, a second.",
  temperature_celsius: "Temperature the device tells of itself.",
  cpu_ratio: "Processor in use, 0 to 1.",
  ups_battery_charge_ratio: "Battery charge, 0 to 1.",
  ups_seconds_on_battery: "How long the UPS has been on battery; 0 when it is not.",
  ups_load_ratio: "Load of the UPS, 0 to 1.",
  ups_remaining_seconds: "How long the battery would last at the present load.",
  ups_input_volts: "Voltage of the mains at the UPS.",
  ups_alarms: "Alarms present in the UPS's own table.",
  memory_used_ratio: "Memory in use, 0 to 1.",
  memory_total_octets: "Memory of the host.",
  memory_free_octets: "Memory of the host that nothing uses; caches count as used.",
  storage_used_ratio: "Disk in use, 0 to 1 (HOST-RESOURCES-MIB).",
  disk_used_ratio: "Disk in use, 0 to 1 (UCD-SNMP-MIB).",
  cpu_idle_ratio: "Processor not in use, 0 to 1.",
  load_average: "Mean number of processes that want to run.",
  conferences: "Conferences on the bridge.",
  voice_ports: "Voice ports of the bridge in use.",
  video_ports: "Video ports of the bridge in use.",
  calls: "Calls in progress.",
  volume_ratio: "Volume of the loudspeakers as the people in the room set it, 0 to 1.",
};

export function sampleHelp(name: string): string {
  return help[name] ?? "A value the device's family reads.";
}
