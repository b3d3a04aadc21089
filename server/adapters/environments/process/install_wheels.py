"""Installs wheels that a project brings along, without pip and without any archive: python3 install_wheels.py PLACE LIMIT

Reads {"requirements": [...], "constraints": [...]} from requirements.json beside this file. What is asked for is a wheel
by its path, or a name that a wheel beside it or the site's own environment answers to. Nothing of a wheel is run.
Problems are told in lines that begin with "Sheaf: ". Formats: PEP 427, PEP 508, the specification of entry points.
"""

import base64
import configparser
import csv
import hashlib
import io
import json
import os
import stat
import sys
import zipfile
from email.parser import Parser
from importlib.metadata import PackageNotFoundError, version

from packaging.requirements import InvalidRequirement, Requirement
from packaging.specifiers import SpecifierSet
from packaging.tags import sys_tags
from packaging.utils import InvalidWheelFilename, canonicalize_name, parse_wheel_filename

CHUNK = 1024 * 1024


class Problem(Exception):
    """Told to whoever wrote the files."""


class Wheel:
    def __init__(self, path):
        self.path = path
        try:
            self.name, self.version, _, self.tags = parse_wheel_filename(os.path.basename(path))
        except InvalidWheelFilename:
            raise Problem(f"{os.path.basename(path)} is no name of a wheel.") from None
        self.fits = any(tag in self.tags for tag in sys_tags())

    def metadata(self):
        with zipfile.ZipFile(self.path) as archive:
            names = [name for name in archive.namelist() if name.count("/") == 1 and name.endswith(".dist-info/METADATA")]
            if len(names) != 1 or archive.getinfo(names[0]).file_size > CHUNK:
                raise Problem(f"{os.path.basename(self.path)} is no wheel: it has no METADATA.")
            return Parser().parsestr(archive.read(names[0]).decode("utf-8", "replace"))


def read_lines(lines):
    """Requirements, wheels named by their path, and folders with more of them."""
    asked, given, folders = [], [], []
    for line in lines:
        if line.startswith("--find-links="):
            folders.append(line.split("=", 1)[1])
        elif line.startswith(("--index-url", "--extra-index-url")):
            raise Problem("Nothing is fetched from archives of packages here. Leave the option --index-url out, and put wheels in the project.")
        elif line.startswith("--"):
            continue
        elif line.startswith("/"):
            path, _, rest = line.partition(" ")
            path, _, marker = path.partition(";")
            wheel = Wheel(path)
            given.append(wheel)
            hashes = [word.split("=", 1)[-1] for word in rest.split() if "sha256:" in word]
            if hashes and f"sha256:{digest_of(path)}" not in hashes:
                raise Problem(f"{os.path.basename(path)} is not the file whose hash stands in the list.")
            asked.append(Requirement(f"{wheel.name}=={wheel.version}" + (f"; {marker}" if marker else "")))
        else:
            try:
                asked.append(Requirement(line.split(" --hash", 1)[0]))
            except InvalidRequirement:
                raise Problem(f"{line} is not understood.") from None
    for folder in folders:
        given += [Wheel(os.path.join(folder, name)) for name in sorted(os.listdir(folder)) if name.endswith(".whl")]
    return asked, given


def digest_of(path):
    with open(path, "rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def choose(asked, given, limits):
    """Which wheels are installed: the newest that fits each requirement, and what those need in turn."""
    chosen, done, waiting = {}, set(), [(one, "", "the project") for one in asked]
    while waiting:
        one, extra, by = waiting.pop(0)
        if one.marker and not one.marker.evaluate({"extra": extra}):
            continue
        if one.url:
            raise Problem(f"{one.name} is elsewhere, and nothing is fetched here. Put its wheel in the project.")
        name = canonicalize_name(one.name)
        wanted = one.specifier & limits.get(name, SpecifierSet())
        if name in chosen:
            if not wanted.contains(chosen[name].version, prereleases=True):
                raise Problem(f"{by} asks for {one}, and {chosen[name].version} was asked for before.")
        else:
            candidates = [wheel for wheel in given if wheel.name == name and wanted.contains(wheel.version, prereleases=True)]
            fitting = [wheel for wheel in candidates if wheel.fits]
            if fitting:
                chosen[name] = max(fitting, key=lambda wheel: wheel.version)
            elif not is_there(name, wanted):
                raise Problem(
                    f"{candidates[0].path.rsplit('/', 1)[-1]} was made for another Python or another machine."
                    if candidates
                    else f"{by} asks for {one}, which neither the project nor the site's own environment has. Put its wheel in the project."
                )
        if name in chosen:
            for wish in {"", *one.extras}:
                if (name, wish) not in done:
                    done.add((name, wish))
                    for text in chosen[name].metadata().get_all("Requires-Dist") or []:
                        waiting.append((Requirement(text), wish, chosen[name].name))
    return list(chosen.values())


def is_there(name, wanted):
    try:
        return wanted.contains(version(name), prereleases=True)
    except PackageNotFoundError:
        return False


class Installing:
    def __init__(self, place, limit):
        self.place, self.left = place, limit
        self.library = os.path.join(place, "lib", f"python{sys.version_info.major}.{sys.version_info.minor}", "site-packages")

    def install(self, wheel):
        with zipfile.ZipFile(wheel.path) as archive:
            recorded = self.records(archive)
            for entry in archive.infolist():
                if entry.is_dir():
                    continue
                if stat.S_ISLNK(entry.external_attr >> 16):
                    raise Problem(f"{wheel.name} holds a link, which no wheel may.")
                target = self.target(entry.filename)
                if target:
                    self.write(archive, entry, target, recorded.get(entry.filename))
            self.scripts(archive)
        print(f"installed {wheel.name} {wheel.version}")

    def records(self, archive):
        names = [name for name in archive.namelist() if name.count("/") == 1 and name.endswith(".dist-info/RECORD")]
        if len(names) != 1 or archive.getinfo(names[0]).file_size > 16 * CHUNK:
            raise Problem("A wheel has no RECORD of its files.")
        rows = csv.reader(io.StringIO(archive.read(names[0]).decode("utf-8", "replace")))
        return {row[0]: row[1] for row in rows if len(row) > 1}

    def target(self, name):
        parts = name.split("/")
        if name.startswith("/") or "\\" in name or "\0" in name or ".." in parts or "" in parts:
            raise Problem(f"A wheel holds a file that would lie elsewhere: {name!r}")
        if not parts[0].endswith(".data"):
            return os.path.join(self.library, *parts)
        if len(parts) < 3:
            return None
        bases = {"purelib": self.library, "platlib": self.library, "scripts": os.path.join(self.place, "bin"), "data": self.place}
        return os.path.join(bases[parts[1]], *parts[2:]) if parts[1] in bases else None

    def write(self, archive, entry, target, record):
        os.makedirs(os.path.dirname(target), exist_ok=True)
        hashed = hashlib.sha256()
        with archive.open(entry) as source, open(target, "wb") as file:
            while chunk := source.read(CHUNK):
                self.left -= len(chunk)
                if self.left < 0:
                    raise Problem("These packages are larger than an environment may be.")
                hashed.update(chunk)
                file.write(chunk)
        digest = base64.urlsafe_b64encode(hashed.digest()).decode().rstrip("=")
        if record and record.startswith("sha256=") and record != f"sha256={digest}":
            raise Problem(f"{entry.filename} is not what the wheel's own RECORD says.")
        if "/bin/" in target or (entry.external_attr >> 16) & 0o111:
            os.chmod(target, 0o755)

    def scripts(self, archive):
        names = [name for name in archive.namelist() if name.count("/") == 1 and name.endswith(".dist-info/entry_points.txt")]
        if not names:
            return
        points = configparser.ConfigParser(delimiters=("=",), interpolation=None)
        points.optionxform = str
        points.read_string(archive.read(names[0]).decode("utf-8", "replace"))
        for name, value in points.items("console_scripts") if points.has_section("console_scripts") else []:
            module, _, rest = value.split("[")[0].strip().partition(":")
            function = rest.strip()
            words = [*module.split("."), *function.split(".")]
            if not name.replace("-", "_").replace(".", "_").isidentifier() or not all(word.isidentifier() for word in words):
                continue
            text = f"#!{self.place}/bin/python3\nimport sys\nfrom {module} import {function.split('.')[0]}\nsys.exit({function}())\n"
            with open(os.path.join(self.place, "bin", name), "w", encoding="utf-8") as file:
                file.write(text)
            os.chmod(file.name, 0o755)


def main():
    place, limit = sys.argv[1], int(sys.argv[2])
    with open(os.path.join(os.path.dirname(os.path.abspath(__file__)), "requirements.json"), encoding="utf-8") as file:
        wish = json.load(file)
    try:
        limits = {}
        for one in map(Requirement, wish["constraints"]):
            name = canonicalize_name(one.name)
            limits[name] = limits.get(name, SpecifierSet()) & one.specifier
        asked, given = read_lines(wish["requirements"])
        installing = Installing(place, limit)
        for wheel in choose(asked, given, limits):
            installing.install(wheel)
    except (Problem, InvalidRequirement, zipfile.BadZipFile) as problem:
        print(f"Sheaf: {problem}")
        sys.exit(1)


main()
