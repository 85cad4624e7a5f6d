"""Writes a safetensors file with only those tensors of another whose names start with w., in or eval.

Usage: python3 strip.py FULL.safetensors STRIPPED.safetensors
"""
import json
import struct
import sys

source, target = sys.argv[1:]
with open(source, "rb") as file:
    header = json.loads(file.read(struct.unpack("<Q", file.read(8))[0]))
    data = file.read()
metadata = header.pop("__metadata__")
kept = {name: entry for name, entry in header.items() if name.startswith(("w.", "in", "eval."))}
result, body = {"__metadata__": metadata}, b""
for name, entry in sorted(kept.items(), key=lambda item: item[1]["data_offsets"]):
    piece = data[slice(*entry["data_offsets"])]
    result[name] = dict(entry, data_offsets=[len(body), len(body) + len(piece)])
    body += piece
text = json.dumps(result).encode()
text += b" " * (-len(text) % 8)
with open(target, "wb") as file:
    file.write(struct.pack("<Q", len(text)) + text + body)
