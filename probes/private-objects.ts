/**
 * Objects of SNMP that tell of people or of the far end of a call, whoever asks for them and whatever a family's data say.
 *
 * A name in an octet string cannot be told from a word: such objects are known by their number. Pure.
 */

const PRIVATE: readonly string[] = [
  // SNMPv2-MIB sysContact and sysLocation, IF-MIB ifAlias: free text about people and places.
  "1.3.6.1.2.1.1.4",
  "1.3.6.1.2.1.1.6",
  "1.3.6.1.2.1.31.1.1.1.18",
  // POLYCOM-ENDPOINT-MIB callActiveCallsFarSiteName and …FarSiteSystemType.
  "1.3.6.1.4.1.13885.101.1.4.1.1.58",
  "1.3.6.1.4.1.13885.101.1.4.1.1.59",
  // POLYCOM-VIDEO-MIB: who logs in and from where, and the number.
  "1.3.6.1.4.1.2684.1.1.1",
  "1.3.6.1.4.1.2684.1.1.2",
  "1.3.6.1.4.1.2684.1.1.19",
  // CISCO-TELEPRESENCE-CALL-MIB ctpcRemoteDirNum and ctpcRemoteDevice; CISCO-TELEPRESENCE-MIB ctpSysUserAuthFailUserName.
  "1.3.6.1.4.1.9.9.644.1.4.8.1.2",
  "1.3.6.1.4.1.9.9.644.1.4.8.1.16",
  "1.3.6.1.4.1.9.9.643.1.3.6.1.5",
  // CISCO-SYSLOG-MIB clogHistMsgText ("Configured from console by …"); CISCO-CONFIG-MAN-MIB ccmHistoryEventTerminalUser.
  "1.3.6.1.4.1.9.9.41.1.2.3.1.5",
  "1.3.6.1.4.1.9.9.43.1.1.6.1.8",
];

/** Is this object, or the column that it is an instance of, about people or a far end? */
export function isPrivateObject(oid: string): boolean {
  return PRIVATE.some((object) => oid.startsWith(object) && (oid.length === object.length || oid[object.length] === "."));
}
