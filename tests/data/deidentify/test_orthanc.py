"""Results stored into a real Orthanc server on this machine, started and ended by the test."""

import json
import shutil
import socket
import subprocess
import time
import urllib.error
import urllib.request
import warnings
from collections.abc import Iterator
from pathlib import Path

import pytest

from bogam.core.errors import FileProblem
from bogam.data.deidentify.dicom_file import clean_dicom
from bogam.data.deidentify.keys import Pseudonyms
from bogam.data.deidentify.options import Options

MADE = Pseudonyms(b"k" * 32)


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@pytest.fixture(scope="module")
def orthanc(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Start Orthanc with its own configuration on loopback; return its address."""
    program = shutil.which("Orthanc") or shutil.which("Orthanc", path="/usr/sbin")
    if program is None:
        pytest.skip("Orthanc is not installed (Debian package orthanc)")
    folder = tmp_path_factory.mktemp("orthanc")
    port = free_port()
    (folder / "orthanc.json").write_text(json.dumps({
        "Name": "test", "StorageDirectory": str(folder / "db"), "IndexDirectory": str(folder / "db"), "Plugins": [],
        "HttpPort": port, "HttpServerEnabled": True, "RemoteAccessAllowed": False, "AuthenticationEnabled": False,
        "DicomServerEnabled": False, "OverwriteInstances": True}), encoding="utf-8")
    process = subprocess.Popen([program, str(folder / "orthanc.json")], stdout=subprocess.DEVNULL,
                               stderr=subprocess.DEVNULL)
    address = f"http://127.0.0.1:{port}"
    try:
        end = time.monotonic() + 30
        while True:
            try:
                call(address + "/system")
                break
            except (urllib.error.URLError, ConnectionError):
                if process.poll() is not None or time.monotonic() > end:
                    pytest.skip("Orthanc did not start on this machine within 30 s")
                time.sleep(0.1)
        yield address
    finally:
        process.terminate()
        try:
            process.wait(20)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def call(address: str, body: bytes | None = None) -> dict:
    request = urllib.request.Request(address, data=body, headers={"Content-Type": "application/dicom"})
    with urllib.request.urlopen(request, timeout=20) as answer:
        return json.loads(answer.read())


def test_orthanc_stores_planted_and_real_files_and_knows_only_pseudonyms(orthanc: str, tmp_path: Path, planted,
                                                                         leaked) -> None:
    import pydicom.data
    shipped = Path(pydicom.data.__file__).parent / "test_files"
    names = ("CT_small.dcm", "MR_small.dcm", "JPEG2000.dcm", "SC_rgb_rle.dcm", "examples_ybr_color.dcm")
    paths = [*planted(tmp_path, images=3), *(shipped / name for name in names if (shipped / name).is_file())]
    stored = 0
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        for path in paths:
            try:
                blob = clean_dicom(path, Options(), MADE, find_text=False).blob
            except FileProblem:
                continue
            answer = call(orthanc + "/instances", blob)
            assert answer["Status"] == "Success", path.name
            tags = call(f"{orthanc}/instances/{answer['ID']}/simplified-tags")
            assert tags["PatientIdentityRemoved"] == "YES"
            assert tags["PatientName"] == tags["PatientID"] + "^Pseudonym"
            assert not leaked(json.dumps(tags).encode())
            stored += 1
    assert stored >= 6
    patients = [call(f"{orthanc}/patients/{one}")["MainDicomTags"]["PatientID"] for one in call(orthanc + "/patients")]
    assert MADE.short("patient", "id ZQX8812345") in patients
