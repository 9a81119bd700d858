"""
A dossier as a zip that checks with standard tools, byte for byte the same for the same evidence.

Each ledger entry lies there as the bytes that were hashed, so its line in SHA256SUMS *is* its hash in the chain (format 1).
"""

import csv
import hashlib
import io
import json
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any
from zipfile import ZIP_STORED, ZipFile, ZipInfo

from django.template.loader import render_to_string
from django.utils import translation

from core.keys import sign
from media.api import private_file_bytes
from records.columns import entry_json
from records.inspection import dossier as facts
from records.inspection.dossier import Dossier
from records.inspection.presentation import shown
from records.ledger.format import ALGORITHMS, FIELDS, field
from records.ledger.heads import canonical
from records.models import EvidenceFile, LedgerEntry

_SUFFIXES = {"image/jpeg": "jpg", "image/png": "png", "image/webp": "webp", "application/pdf": "pdf"}
_STYLE = Path(__file__).with_name("summary.css")
_LONG_AGO = (1980, 1, 1, 0, 0, 0)
SUMS, SIGNATURE = "SHA256SUMS", "SIGNATURE.json"
LINK_CHECK = """import csv, hashlib, sys
before = {}
for row in csv.DictReader(open("chain.csv", encoding="utf-8-sig")):
    n, known = before.get(row["learner"], (-1, ""))
    fits = n + 1 != int(row["n"]) or known == row["prev"]
    if row["file"]:
        octets = open(row["file"], "rb").read()
        fits = fits and hashlib.new(row["algorithm"], octets).hexdigest() == row["hash"]
        fits = fits and octets.endswith(b"%d:%s" % (len(row["prev"]), row["prev"].encode()))
    if not fits:
        sys.exit(f"does not fit: {row}")
    before[row["learner"]] = int(row["n"]), row["hash"]
print("ok")
"""
"""What ``check.py`` in the archive does: every entry of the day has its hash, and carries the one of the entry before it."""


def archive_of(dossier: Dossier) -> bytes:
    """Return the zip: files in order of their names, nothing compressed, no time of packing in it."""
    with translation.override("zh-hans"):
        files = _files(dossier)
    sums = "".join(f"{sha256_of(octets)}  {name}\n" for name, octets in sorted(files.items())).encode()
    key, signature = sign(sums)
    files[SUMS] = sums
    files[SIGNATURE] = canonical({"algorithm": "Ed25519", "key": key, "of": SUMS, "value": signature.hex()})
    out = io.BytesIO()
    with ZipFile(out, "w", ZIP_STORED) as zipped:
        for name, octets in sorted(files.items()):
            info = ZipInfo(name, _LONG_AGO)
            info.external_attr = 0o644 << 16
            info.create_system = 3
            zipped.writestr(info, octets)
    return out.getvalue()


def sha256_of(octets: bytes) -> str:
    """Return the SHA-256 in hex."""
    return hashlib.sha256(octets).hexdigest()


def entry_octets(entry: LedgerEntry) -> bytes:
    """Return the bytes of an entry that were hashed."""
    return b"".join(field(bytes(entry.prev) if name == "prev" else getattr(entry, name)) for name in FIELDS)


def _files(dossier: Dossier) -> dict[str, bytes]:
    kept = {file.sha256: (file, private_file_bytes(file.name)) for file in dossier.files}
    entries = [entry_json(entry) for entry in dossier.entries]
    refused = [facts.refusal_facts(span) for span in dossier.refused]
    documents = {
        "day.json": _day(dossier, kept),
        "sessions.json": [facts.session_facts(session) for session in dossier.sessions],
        "entries.json": entries,
        "refused.json": refused,
        "objections.json": [facts.objection_facts(objection) for objection in dossier.objections],
        "corrections.json": [facts.correction_facts(correction) for correction in dossier.corrections],
        "policies.json": [facts.policy_facts(policy) for policy in dossier.policies],
    }
    files = {name: _json(body) for name, body in documents.items()}
    files["entries.csv"] = _csv(
        entries, ("n", "learner", *(f for f in FIELDS if f not in {"n", "learner"}), "hash")
    )
    files["refused.csv"] = _csv(
        refused, tuple(facts.refusal_facts(dossier.refused[0])) if refused else ("id",)
    )
    links = []
    for entry in dossier.segment:
        # Of another day, which may be another union's, only what ties the chain together: who may read this day was asked.
        name = f"chain/{entry.learner}-{entry.n:08d}.entry" if entry.day == dossier.day else ""
        if name:
            files[name] = entry_octets(entry)
        links.append(
            {
                "learner": str(entry.learner),
                "n": entry.n,
                "algorithm": ALGORITHMS[entry.format],
                "hash": bytes(entry.hash).hex(),
                "prev": bytes(entry.prev).hex(),
                "of_this_day": int(entry.day == dossier.day),
                "file": name,
            }
        )
    files["chain.csv"] = _csv(links, ("learner", "n", "algorithm", "hash", "prev", "of_this_day", "file"))
    for sha256, (file, octets) in kept.items():
        if octets is not None:
            files[f"files/{sha256}.{_SUFFIXES.get(file.content_type, 'bin')}"] = octets
    context = {"dossier": dossier, **shown(dossier)}
    files["summary.html"] = render_to_string("records/evidence_summary.html", context).encode()
    files["README.txt"] = render_to_string("records/evidence_readme.txt", context).encode()
    files["summary.css"] = _STYLE.read_bytes()
    files["check.py"] = LINK_CHECK.encode()
    return files


def _day(dossier: Dossier, kept: Mapping[str, tuple[EvidenceFile, bytes | None]]) -> dict[str, Any]:
    return {
        "format": 1,
        "person": str(dossier.person),
        "name": dossier.name or None,
        "day": dossier.day.isoformat(),
        "chains": [str(learner) for learner in dossier.chains],
        "union": {"uuid": str(dossier.home.uuid), "code": dossier.home.code, "name": dossier.home.name}
        if dossier.home
        else None,
        "credited_ms": dossier.credited_ms,
        "pending_ms": dossier.pending_ms,
        "heads": [
            {"learner": str(learner), "entries": length, "hash": head}
            for learner, length, head in dossier.heads
        ],
        "is_segment_whole": dossier.is_segment_whole,
        "files": [
            {
                "sha256": sha256,
                "content_type": file.content_type,
                "byte_size": file.byte_size,
                "filed_by": str(file.filed_by),
                "filed_at": facts.instant(file.filed_at),
                "is_here": octets is not None,
            }
            for sha256, (file, octets) in sorted(kept.items())
        ],
    }


def _json(body: Any) -> bytes:
    return json.dumps(body, ensure_ascii=False, indent=1, sort_keys=True).encode() + b"\n"


def _csv(rows: Iterable[Mapping[str, Any]], columns: Sequence[str]) -> bytes:
    """Return a table as spreadsheets open it: UTF-8 with a mark, a list as text, a formula as what it is: text."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\r\n")
    writer.writerow(columns)
    for row in rows:
        writer.writerow([_cell(row[column]) for column in columns])
    return b"\xef\xbb\xbf" + out.getvalue().encode()


def _cell(value: Any) -> Any:
    if value is None or isinstance(value, int):
        return value
    text = value if isinstance(value, str) else json.dumps(value)
    return f"'{text}" if text[:1] in {"=", "+", "-", "@"} else text
