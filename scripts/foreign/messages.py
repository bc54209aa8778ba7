"""Every message of every trace, read and decoded by the mcap package with the schema in the file itself; counts must agree
with `info --json`, and channel by channel with `export --ndjson`. Usage: messages.py TICKSHOT_TRACE FILE..."""

import collections
import json
import subprocess
import sys

from mcap.reader import NonSeekingReader
from mcap_protobuf.decoder import DecoderFactory


def main() -> None:
    tool, files = sys.argv[1], sys.argv[2:]
    total = 0
    for path in files:
        info = json.loads(subprocess.run([tool, "--json", "info", path], check=True, capture_output=True).stdout)
        channels = collections.Counter()
        last_ns = 0
        with open(path, "rb") as stream:
            reader = NonSeekingReader(stream, validate_crcs=True, decoder_factories=[DecoderFactory()])
            header = reader.get_header()
            assert header.profile == "tickshot", f"{path}: profile {header.profile!r}"
        with open(path, "rb") as stream:
            reader = NonSeekingReader(stream, validate_crcs=True, decoder_factories=[DecoderFactory()])
            for schema, channel, message, decoded in reader.iter_decoded_messages(log_time_order=False):
                assert schema.name == decoded.DESCRIPTOR.full_name, f"{path}: {schema.name} is {decoded.DESCRIPTOR.full_name}"
                channels[channel.topic] += 1
                last_ns = max(last_ns, message.log_time)
        count = sum(channels.values())
        told = messages_of(info)
        assert count == told, f"{path}: the mcap package reads {count} messages, info says {told}"
        lines = lines_of(tool, path)
        assert lines == channels, f"{path}: the mcap package reads {channels}, lines of JSON are {lines}"
        assert channels["/header"] == 1, f"{path}: {channels['/header']} headers"
        total += count
    print(f"mcap: {total} messages of {len(files)} files read, decoded and counted alike")


def lines_of(tool: str, path: str) -> collections.Counter:
    """How many lines of JSON each channel has; every line is a whole object."""
    lines = collections.Counter()
    with subprocess.Popen([tool, "export", "--ndjson", path], stdout=subprocess.PIPE) as exporting:
        for line in exporting.stdout:
            record = json.loads(line)
            assert set(record) == {"process", "channel", "at_ns", "message"}, f"{path}: {line[:200]}"
            lines[record["channel"]] += 1
    assert exporting.returncode == 0, f"{path}: export --ndjson failed"
    return lines


def messages_of(info) -> int:
    """Wherever it stands in the answer."""
    if isinstance(info, dict):
        if isinstance(info.get("messages"), int):
            return info["messages"]
        info = list(info.values())
    if isinstance(info, list):
        for item in info:
            if (found := messages_of(item)) is not None:
                return found
    return None


if __name__ == "__main__":
    main()
