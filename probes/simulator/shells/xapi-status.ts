/**
 * What `xStatus` shows on a CE codec and on one with the older TC software, as the state is now.
 *
 * Paths and words as in the recordings and guides of the codecs; nothing of the far end of a call but an invented number.
 */
import { type Call, channels, counters } from "../call.ts";
import type { DeviceState } from "../device-state.ts";
import { softwareOf } from "../makes.ts";
import type { Peripheral } from "../parts.ts";
import type { Branch, Item } from "./xapi-tree.ts";

const on = (value: boolean): string => (value ? "On" : "Off");
const yes = (value: boolean): string => (value ? "True" : "False");
const parts = (state: DeviceState, kind: Peripheral["kind"]): readonly Peripheral[] =>
  state.peripherals.filter((one) => one.kind === kind && one.vanished !== true);
const items = <T>(all: readonly T[], id: (one: T, index: number) => string, of: (one: T) => Branch): readonly Item[] =>
  all.map((one, index) => ({ id: id(one, index), of: of(one) }));

/** CE and RoomOS. */
export function statusOfCe(state: DeviceState): Branch {
  return {
    Audio: { ...audio(state), VolumeMute: on(state.loudspeakerMuted) },
    Call: calls(state),
    Cameras: { Camera: cameras(state) },
    Diagnostics: { Message: diagnostics(state) },
    H323: { Gatekeeper: gatekeeper(state), Mode: { Status: "Enabled", Reason: "" } },
    MediaChannels: { Call: state.calls.map((call) => ({ id: String(call.id), of: { Channel: media(call, state.now()) } })) },
    Network: [{ id: "1", of: network(state) }],
    NetworkServices: { NTP: { Status: hasMessage(state, "NTPStatus") ? "Discarded" : "Synced" } },
    Peripherals: { ConnectedDevice: panels(state) },
    Provisioning: { Status: "Idle", Software: { UpgradeStatus: { Status: "None" } } },
    SIP: {
      Proxy: [{ id: "1", of: { Address: state.sipProxy, Status: "Active" } }],
      Registration: [{ id: "1", of: sip(state) }],
    },
    Standby: { State: state.standby ? "Standby" : "Off" },
    SystemUnit: unitOfCe(state),
    Time: { SystemTime: new Date(state.now()).toISOString().replace(/\.\d+Z$/, "+0000") },
    Video: { ...video(state), Input: { ...inputs(state), MainVideoMute: on(state.pictureMuted) } },
    Webex: { Status: "Disabled" },
  };
}

/** TC: the same matter under older names. */
export function statusOfTc(state: DeviceState): Branch {
  return {
    Audio: audio(state),
    Call: calls(state),
    Camera: cameras(state),
    Diagnostics: { Message: diagnostics(state) },
    H323: { Gatekeeper: gatekeeper(state) },
    MediaChannels: { Call: state.calls.map((call) => ({ id: String(call.id), of: { Channel: media(call, state.now()) } })) },
    Network: [{ id: "1", of: network(state) }],
    Provisioning: { Status: "Idle" },
    SIP: { Profile: [{ id: "1", of: { Registration: [{ id: "1", of: sip(state) }] } }] },
    Standby: { Active: state.standby ? "On" : "Off" },
    SystemUnit: unitOfTc(state),
    Video: video(state),
  };
}

/** What can be asked with `xConfiguration`, the same on both. */
export function configurationOf(state: DeviceState): Branch {
  return {
    Conference: { AutoAnswer: { Mode: "Off" } },
    H323: { Gatekeeper: { Address: state.gatekeeper } },
    SystemUnit: { Name: state.device.name },
  };
}

function hasMessage(state: DeviceState, type: string): boolean {
  return state.diagnostics.some((one) => one.type === type);
}

function sip(state: DeviceState): Branch {
  return {
    Reason: state.sipRegistered ? "" : "Timeout",
    Status: state.sipRegistered ? "Registered" : "Failed",
    URI: `${state.device.id}@example.invalid`,
  };
}

function gatekeeper(state: DeviceState): Branch {
  return {
    Address: state.gatekeeper,
    Port: "1719",
    Reason: "",
    Status: state.h323Registered ? "Registered" : "Discovering",
  };
}

function audio(state: DeviceState): Branch {
  const microphones = items(
    parts(state, "microphone"),
    (one) => one.id,
    (one) => ({ ConnectionStatus: one.connected ? "Connected" : "NotConnected" }),
  );
  return {
    Input: { Connectors: { Microphone: microphones } },
    Microphones: { Mute: on(state.microphonesMuted) },
    Volume: String(state.volumePercent),
  };
}

function cameras(state: DeviceState): readonly Item[] {
  return items(
    parts(state, "camera"),
    (one) => one.id,
    (one) => ({ Connected: yes(one.connected), Manufacturer: "Cisco", Model: one.model, SerialNumber: one.serial }),
  );
}

/** A panel that lost its line stays listed; its status says so. */
function panels(state: DeviceState): readonly Item[] {
  return items(
    parts(state, "touchpanel"),
    (one) => one.id,
    (one) => ({
      ID: one.serial,
      Name: one.model,
      SerialNumber: one.serial,
      SoftwareInfo: softwareOf(state),
      Status: one.connected ? "Connected" : "LostConnection",
      Type: "TouchPanel",
    }),
  );
}

function diagnostics(state: DeviceState): readonly Item[] {
  return items(
    state.diagnostics,
    (one) => String(one.id),
    (one) => ({ Description: one.description, Level: one.level, References: "", Type: one.type }),
  );
}

function calls(state: DeviceState): readonly Item[] {
  return items(
    state.calls,
    (one) => String(one.id),
    (one) => ({
      AnswerState: "Answered",
      CallType: "Video",
      DeviceType: "Endpoint",
      Direction: "Outgoing",
      DisplayName: "Far end",
      Duration: String(Math.floor((state.now() - one.startedAt) / 1_000)),
      Encryption: { Type: "Aes-128" },
      Protocol: "sip",
      ReceiveCallRate: "1920",
      RemoteNumber: "far.end@example.invalid",
      Status: "Connected",
      TransmitCallRate: "1920",
    }),
  );
}

function media(call: Call, at: number): readonly Item[] {
  return items(
    channels,
    (one) => one.id,
    (one) => {
      const { packets, lost, octets } = counters(call, one, at);
      const jitter = String(Math.round(call.jitterMs));
      const lossRatio = one.direction === "Incoming" ? call.lossRatio : 0;
      return {
        Direction: one.direction,
        Encryption: "Aes-128",
        Netstat: {
          Bytes: String(octets),
          ChannelRate: String(Math.round(one.bitsPerSecond * (1 - lossRatio))),
          Drop: "0",
          Jitter: jitter,
          LastIntervalLost: String(Math.round(5 * one.packetsPerSecond * lossRatio)),
          LastIntervalReceived: String(Math.round(5 * one.packetsPerSecond * (1 - lossRatio))),
          Loss: String(lost),
          MaxJitter: jitter,
          Packets: String(packets),
        },
        Type: one.kind,
        [one.kind]:
          one.kind === "Video"
            ? { ChannelRole: "Main", FrameRate: "30", Protocol: one.protocol, ResolutionX: "1280", ResolutionY: "720" }
            : { ChannelRole: "Main", Mute: "False", Protocol: one.protocol },
      };
    },
  );
}

function network(state: DeviceState): Branch {
  const mac = state.seed.toString(16).padStart(8, "0").toUpperCase().match(/../g) ?? [];
  return {
    ActiveInterface: "LAN",
    CDP: {
      DeviceId: state.device.parents[0] ?? "",
      Platform: "cisco WS-C2960X-24PS-L",
      PortID: `GigabitEthernet1/0/${1 + (state.seed % 12)}`,
    },
    Ethernet: { MacAddress: ["00", "50", ...mac].join(":"), Speed: "1000full" },
    IPv4: { Address: state.device.address, Gateway: state.device.address.replace(/\d+$/, "1"), SubnetMask: "255.255.255.0" },
  };
}

function unitOfCe(state: DeviceState): Branch {
  return {
    Hardware: { Module: { SerialNumber: state.serial }, Monitoring: { Temperature: { Status: state.hot ? "High" : "Normal" } } },
    ProductId: "Cisco TelePresence SX80",
    ProductType: "Cisco Codec",
    Software: { DisplayName: softwareOf(state), Name: "s52010", ReleaseDate: "2021-03-02", Version: softwareOf(state) },
    State: systemState(state),
    Uptime: String(Math.floor(state.upSeconds)),
  };
}

function unitOfTc(state: DeviceState): Branch {
  return {
    Hardware: {
      Module: { SerialNumber: state.serial },
      Monitoring: { Fan: [{ id: "1", of: { Status: state.fanFailed ? "stopped" : `locked on ${1090 + (state.seed % 40)} rpm` } }] },
      Temperature: `${state.hot ? "87" : "6"}${state.hot ? "" : state.seed % 5}.0`,
      TemperatureThreshold: "85",
    },
    ProductId: "Cisco TelePresence Codec C40",
    Software: { Version: softwareOf(state) },
    State: systemState(state),
    Uptime: String(Math.floor(state.upSeconds)),
  };
}

function systemState(state: DeviceState): Branch {
  const system = state.calls.length > 0 ? "InCall" : state.standby ? "Sleeping" : "Initialized";
  return { NumberOfActiveCalls: String(state.calls.length), NumberOfInProgressCalls: "0", NumberOfSuspendedCalls: "0", System: system };
}

function inputs(state: DeviceState): { readonly [name: string]: Branch[string] } {
  const { cameraConnected } = state;
  const seen = cameraConnected ? "OK" : "NotFound";
  return {
    Connector: [
      { id: "1", of: { Connected: yes(cameraConnected), SignalState: seen, SourceId: "1", Type: "Camera" } },
      { id: "2", of: { Connected: "False", SignalState: "NotFound", SourceId: "2", Type: "HDMI" } },
    ],
    MainVideoSource: String(state.videoSource),
  };
}

function video(state: DeviceState): Branch {
  return {
    Input: inputs(state),
    Output: {
      Connector: items(
        parts(state, "display"),
        (one) => one.id,
        (one) => ({
          Connected: yes(one.connected),
          ConnectedDevice: { Name: one.connected ? one.model : "" },
          MonitorRole: "First",
          Type: "HDMI",
        }),
      ),
      Monitor: items(
        parts(state, "display").filter((one) => one.connected),
        (one) => one.id,
        (one) => ({ ModelName: one.model, SerialNumber: one.serial }),
      ),
    },
  };
}
