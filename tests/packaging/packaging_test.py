#!/usr/bin/env python3
"""What `cmake --install` puts in place for a service, and how well the unit is locked.

    packaging_test.py SOURCE_FOLDER CMAKE
"""

import shutil
import subprocess
import sys
import tempfile
import unittest
from pathlib import Path

SOURCE, CMAKE = Path(sys.argv.pop(1)), sys.argv.pop(1)
EXPOSURE_MAX_TENTHS = 15

# A project of nothing but config/: the programs need not be built to install what is beside them.
PROJECT = """cmake_minimum_required(VERSION 3.25)
project(packaging LANGUAGES NONE)
set(CMAKE_SIZEOF_VOID_P 8)
include(GNUInstallDirs)
add_subdirectory({source}/config config)
"""


class PackagingTest(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = Path(folder.name)
        (self.folder / "CMakeLists.txt").write_text(PROJECT.format(source=SOURCE))
        self.cmake("-S", self.folder, "-B", self.folder / "build", "-DCMAKE_INSTALL_PREFIX=/usr")
        self.root = self.folder / "root"

    def cmake(self, *arguments, **variables):
        run = subprocess.run([CMAKE, *map(str, arguments)],
                             env={"PATH": "/usr/local/bin:/usr/bin:/bin"} | variables,
                             stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
        self.assertEqual(0, run.returncode, run.stdout)

    def install(self):
        self.cmake("--install", self.folder / "build", "--component", "config",
                   DESTDIR=str(self.root))

    def test_everything_is_in_its_place(self):
        self.install()
        for name in ["usr/lib/systemd/system/overlordd.service",
                     "usr/lib/sysusers.d/overlordd.conf",
                     "usr/lib/tmpfiles.d/overlordd.conf", "etc/overlordd/overlordd.toml",
                     "usr/share/overlordd/overlordd.toml", "etc/overlordd/rules/telecoms.pl"]:
            self.assertTrue((self.root / name).is_file(), name)
        unit = (self.root / "usr/lib/systemd/system/overlordd.service").read_text()
        self.assertIn("ExecStart=/usr/bin/overlordd --config /etc/overlordd/overlordd.toml\n", unit)
        self.assertNotIn("@CMAKE", unit)

    def test_the_operators_files_stay(self):
        self.install()
        mine = self.root / "etc/overlordd/overlordd.toml"
        mine.write_text("# mine\n")
        self.install()
        self.assertEqual("# mine\n", mine.read_text())

    def test_the_unit_is_locked(self):
        analyze = shutil.which("systemd-analyze")
        if analyze is None:
            print("SKIPPED: systemd-analyze is not installed", flush=True)
            self.skipTest("systemd-analyze is not installed")
        self.install()
        run = subprocess.run(
            [analyze, "security", "--offline=true", f"--threshold={EXPOSURE_MAX_TENTHS}",
             "--no-pager", str(self.root / "usr/lib/systemd/system/overlordd.service")],
            capture_output=True, text=True)
        self.assertEqual(0, run.returncode, run.stdout + run.stderr)
        print(run.stdout.strip().split("\n")[-1])


if __name__ == "__main__":
    unittest.main()
