/**
 * What the recordings read ten seconds later, by hand: every counter that a family reads has moved, or stands still where it says so.
 */

/** Object → its later value, in every walk that has it. */
export const LATER_OBJECTS: Readonly<Record<string, number | bigint>> = {
  // ifInOctets, 32 bits: 123456 and 4294967000, which runs past 2^32.
  "1.3.6.1.2.1.2.2.1.10.1": 173_456,
  "1.3.6.1.2.1.2.2.1.10.2": 1_704,
  "1.3.6.1.2.1.2.2.1.10.3": 900_000,
  // ifInErrors: 2 and 5.
  "1.3.6.1.2.1.2.2.1.14.1": 7,
  "1.3.6.1.2.1.2.2.1.14.2": 6,
  "1.3.6.1.2.1.2.2.1.14.3": 900,
  // ifOutOctets: 777000, and 888000 that stands still.
  "1.3.6.1.2.1.2.2.1.16.1": 784_500,
  "1.3.6.1.2.1.2.2.1.16.2": 888_000,
  // ifHCInOctets, 64 bits: 5000000000, and 2^53 + 1, which a double cannot hold.
  "1.3.6.1.2.1.31.1.1.1.6.1": 5_000_050_000n,
  "1.3.6.1.2.1.31.1.1.1.6.2": 9_007_199_254_743_003n,
  // ifHCOutOctets: 7770000000, and 888000 that stands still.
  "1.3.6.1.2.1.31.1.1.1.10.1": 7_770_007_500n,
  "1.3.6.1.2.1.31.1.1.1.10.2": 888_000n,
};

/** What stands in a shell's answers → what stands there later, by family. */
export const LATER_WORDS: Readonly<Record<string, readonly (readonly [string, string])[]>> = {
  "cisco-ce": [
    // Video received: 30 lost beside 970 received; 125,000 octets.
    ['"Loss": {"Value": "1200"}', '"Loss": {"Value": "1230"}'],
    ['"Packets": {"Value": "40000"}', '"Packets": {"Value": "40970"}'],
    ['"Bytes": {"Value": "100000"}', '"Bytes": {"Value": "225000"}'],
    // The presentation that is sent: 5 lost beside 495; 50,000 octets.
    ['"Loss": {"Value": "10"}', '"Loss": {"Value": "15"}'],
    ['"Packets": {"Value": "50000"}', '"Packets": {"Value": "50495"}'],
    ['"Bytes": {"Value": "200000"}', '"Bytes": {"Value": "250000"}'],
    // Sound received: none lost of 500; 10,000 octets.
    ['"Packets": {"Value": "60000"}', '"Packets": {"Value": "60500"}'],
    ['"Bytes": {"Value": "300000"}', '"Bytes": {"Value": "310000"}'],
  ],
  "cisco-tc": [
    ["Channel 3 Netstat Loss: 1200", "Channel 3 Netstat Loss: 1230"],
    ["Channel 3 Netstat Packets: 40000", "Channel 3 Netstat Packets: 40970"],
    ["Channel 3 Netstat Bytes: 100000", "Channel 3 Netstat Bytes: 225000"],
    ["Channel 5 Netstat Packets: 60000", "Channel 5 Netstat Packets: 60500"],
    ["Channel 5 Netstat Bytes: 300000", "Channel 5 Netstat Bytes: 310000"],
  ],
};
