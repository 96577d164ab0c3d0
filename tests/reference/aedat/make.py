#!/usr/bin/env python3
"""Writes the AEDAT files beside it. No file of a camera is at hand: the FlatBuffers of AEDAT 4 are made by Google's
library, the packets by the LZ4 and Zstandard libraries, after the schema that DV publishes; AEDAT 2.0 and 3.1 after
iniVation's description of the formats. Debian 12: python3-flatbuffers, python3-lz4, python3-zstandard.

All files hold the events of expected(): 400 of them on a sensor of 24 columns and 16 rows."""
import os
import random
import struct

import flatbuffers
import lz4.frame
import zstandard

HERE = os.path.dirname(os.path.abspath(__file__))
COLUMNS, ROWS, COUNT = 24, 16, 400
FIRST_US = 1600000000123456


def expected():
    random.seed(3)
    time = FIRST_US
    for _ in range(COUNT):
        time += random.randint(0, 300)
        yield time, random.randrange(COLUMNS), random.randrange(ROWS), random.randrange(2)


def event_packet(events):
    """table EventPacket { elements: [Event]; }, struct Event { timestamp: int64; x, y: int16; polarity: bool; }"""
    builder = flatbuffers.Builder(1024)
    builder.StartVector(16, len(events), 8)
    for time, x, y, on in reversed(events):
        builder.Prep(8, 16)
        builder.Pad(3)
        builder.PrependBool(bool(on))
        builder.PrependInt16(y)
        builder.PrependInt16(x)
        builder.PrependInt64(time)
    elements = builder.EndVector()
    builder.StartObject(1)
    builder.PrependUOffsetTRelativeSlot(0, elements, 0)
    builder.FinishSizePrefixed(builder.EndObject(), b"EVTS")
    return bytes(builder.Output())


def io_header(compression, position):
    info = """<dv version="2.0"><node name="outInfo" path="/mainloop/Recorder/outInfo/">
<node name="0" path="/mainloop/Recorder/outInfo/0/"><attr key="compression" type="string">NONE</attr>
<attr key="typeIdentifier" type="string">EVTS</attr><node name="info" path="/mainloop/Recorder/outInfo/0/info/">
<attr key="sizeX" type="int">%d</attr><attr key="sizeY" type="int">%d</attr></node></node>
<node name="1" path="/mainloop/Recorder/outInfo/1/"><attr key="typeIdentifier" type="string">IMUS</attr></node>
</node></dv>""" % (COLUMNS, ROWS)
    builder = flatbuffers.Builder(1024)
    text = builder.CreateString(info)
    builder.StartObject(3)
    builder.PrependInt32Slot(0, compression, 0)
    builder.PrependInt64Slot(1, position, -1)
    builder.PrependUOffsetTRelativeSlot(2, text, 0)
    builder.FinishSizePrefixed(builder.EndObject(), b"IOHE")
    return bytes(builder.Output())


def aedat4(name, compression, pack, table):
    """Three packets of events, one of another stream between them; a table of packets at the end or none."""
    events = list(expected())
    packets = b""
    for part in events[:150], events[150:151], events[151:]:
        body = pack(event_packet(part))
        packets += struct.pack("<ii", 0, len(body)) + body
        packets += struct.pack("<ii", 1, 5) + b"other"
    start = len("#!AER-DAT4.0\r\n") + len(io_header(compression, 1))
    header = io_header(compression, start + len(packets) if table else -1)
    assert not table or len(header) == len(io_header(compression, 1))
    with open(os.path.join(HERE, name), "wb") as out:
        out.write(b"#!AER-DAT4.0\r\n" + header + packets + (b"a table of packets" if table else b""))


def aedat3(name):
    with open(os.path.join(HERE, name), "wb") as out:
        out.write(b"#!AER-DAT3.1\r\n#Format: RAW\r\n#Source 1: DVS128\r\n#!END-HEADER\r\n")
        out.write(struct.pack("<hhiiiiii", 0, 1, 8, 4, 0, 1, 1, 1) + b"special!")
        events = [(t - FIRST_US + (3 << 31), x, y, p) for t, x, y, p in expected()]
        for at in range(0, COUNT, 128):
            part = events[at:at + 128]
            out.write(struct.pack("<hhiiiiii", 1, 1, 8, 4, 3, 128, len(part) + 1, len(part)))
            out.write(struct.pack("<Ii", 5 << 17 | 5 << 2 | 2, 1))  # not valid
            for t, x, y, p in part:
                out.write(struct.pack("<Ii", x << 17 | y << 2 | p << 1 | 1, t & 0x7fffffff))


def aedat2(name):
    with open(os.path.join(HERE, name), "wb") as out:
        out.write(b"#!AER-DAT2.0\r\n# This is a raw AE data file - do not edit\r\n# AEChip: eu.seebetter.ini.chips."
                  b"davis.DAVIS240C\r\n")
        out.write(struct.pack(">II", 0x80000000, 7))  # of an image
        for t, x, y, p in expected():  # the timer runs over on the way
            out.write(struct.pack(">II", y << 22 | x << 12 | p << 11, (t - FIRST_US + 0xffffff00) & 0xffffffff))


def text(name):
    with open(os.path.join(HERE, name), "w") as out:
        out.write("%d %d\n" % (COLUMNS, ROWS))
        for t, x, y, p in expected():
            out.write("%d.%06d %d %d %d\n" % (t // 1000000, t % 1000000, x, y, p))


aedat4("none.aedat4", 0, lambda data: data, True)
aedat4("lz4.aedat4", 1, lz4.frame.compress, False)
aedat4("zstd.aedat4", 3, zstandard.ZstdCompressor().compress, True)
aedat3("polarity31.aedat")
aedat2("davis2.aedat")
text("events.txt")
