"""PNG, JPEG, TIFF and NIfTI: what they carry besides pixels goes, pixels stay bit by bit."""

import gzip
import io
import struct
import zlib

import cv2
import nibabel
import numpy as np
import pytest
from PIL import Image, PngImagePlugin, TiffImagePlugin

from bogam.core.errors import FileProblem
from bogam.data.deidentify.jpeg import clean_jpeg, exif_orientation
from bogam.data.deidentify.nifti import clean_nifti
from bogam.data.deidentify.png import clean_png
from bogam.data.deidentify.stripped import Stripped, check_stripped
from bogam.data.deidentify.tiff import clean_tiff

RNG = np.random.Generator(np.random.Philox(key=5))
GREY = RNG.integers(0, 256, (40, 60), np.uint8)
COLOR = RNG.integers(0, 256, (40, 60, 3), np.uint8)
DEEP = RNG.integers(0, 65536, (40, 60), np.uint16)


def saved(pixels: np.ndarray, kind: str, **more: object) -> bytes:
    buffer = io.BytesIO()
    Image.fromarray(pixels).save(buffer, kind, **more)
    return buffer.getvalue()


def pixels(blob: bytes) -> np.ndarray:
    return cv2.imdecode(np.frombuffer(blob, np.uint8), cv2.IMREAD_UNCHANGED)


def exif(orientation: int = 1) -> Image.Exif:
    made = Image.Exif()
    made[0x010E], made[0x013B], made[0x0132] = "CT of Quixotesson", "Ravenscroft Ottilie", "2017:07:13 12:00:00"
    made[0x013C], made[0x0112] = "QXSTATION7", orientation
    made.get_ifd(0x8825)[1] = "N"
    made.get_ifd(0x8825)[2] = (37.0, 33.0, 12.5)
    made.get_ifd(0x8769)[0x9286] = b"ASCII\0\0\0lives next to the Blue Heron inn"
    return made


def png(array: np.ndarray) -> bytes:
    text = PngImagePlugin.PngInfo()
    text.add_text("Patient", "Quixotesson Marguerite")
    text.add_text("Comment", "lives next to the Blue Heron inn " * 20, zip=True)
    text.add_itxt("Author", "Ravenscroft Ottilie", zip=True)
    text.add(b"tIME", struct.pack(">HBBBBB", 2017, 7, 13, 12, 0, 0))
    blob = saved(array, "PNG", pnginfo=text, exif=exif(), dpi=(72, 72))
    return blob + b"ZQX8812345"


def test_png_loses_its_text_and_keeps_its_pixels(leaked) -> None:
    for array in (GREY, COLOR, DEEP):
        blob = png(array)
        assert {"name", "birth"} & set(leaked(blob)) or "name" in leaked(blob)
        result = clean_png(blob, "a.png")
        check_stripped(result, "a.png")
        assert not leaked(result.blob)
        np.testing.assert_array_equal(pixels(result.blob), pixels(blob))
        assert {name for name, _ in result.done} >= {"PNG tEXt", "PNG zTXt", "PNG iTXt", "PNG tIME", "PNG eXIf",
                                                      "PNG bytes after the end"}


def test_png_with_an_unknown_or_a_lying_chunk(leaked) -> None:
    blob = saved(GREY, "PNG")
    for kind in (b"quIx", b"gAMA"):
        body = b"Quixotesson Marguerite"
        chunk = struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))
        planted = blob[:33] + chunk + blob[33:]
        result = clean_png(planted, "a.png")
        assert not leaked(result.blob)
        assert b"quIx" not in repr(result.done).encode()
        np.testing.assert_array_equal(pixels(result.blob), GREY)


def test_a_cut_or_damaged_png_is_refused() -> None:
    blob = png(GREY)
    for broken in (blob[:60], blob[:40] + b"\xff" + blob[41:]):
        with pytest.raises(FileProblem, match="PNG"):
            clean_png(broken, "a.png")


@pytest.mark.parametrize("more", [{}, {"progressive": True}, {"subsampling": 2}, {"optimize": True}])
def test_jpeg_loses_its_text_and_keeps_its_coded_pixels(leaked, more: dict) -> None:
    for array in (GREY, COLOR):
        blob = saved(array, "JPEG", exif=exif(6), comment=b"Quixotesson Marguerite", icc_profile=b"Ravenscroft" * 20,
                     xmp=b"<x:xmpmeta>ZQX8812345</x:xmpmeta>", **more) + b"lives next to the Blue Heron inn"
        assert set(leaked(blob)) >= {"name", "given", "id", "physician", "comment", "station"}
        result = clean_jpeg(blob, "a.jpg")
        check_stripped(result, "a.jpg")
        assert not leaked(result.blob)
        np.testing.assert_array_equal(pixels(result.blob), pixels(blob))
        with Image.open(io.BytesIO(result.blob)) as picture:
            assert dict(picture.getexif()) == {0x0112: 6}
        assert result.notes == ("Exif orientation 6 kept, and nothing else of Exif",)


def test_jpeg_of_four_colors_keeps_the_note_that_decoders_need() -> None:
    buffer = io.BytesIO()
    Image.fromarray(COLOR).convert("CMYK").save(buffer, "JPEG", comment=b"Quixotesson")
    blob = buffer.getvalue()
    result = clean_jpeg(blob, "a.jpg")
    with Image.open(io.BytesIO(blob)) as before, Image.open(io.BytesIO(result.blob)) as after:
        np.testing.assert_array_equal(np.asarray(before), np.asarray(after))
        assert after.mode == "CMYK"


def test_a_cut_jpeg_is_refused() -> None:
    blob = saved(COLOR, "JPEG")
    for broken in (blob[:-2], blob[:50], blob[:2] + b"\x00" + blob[3:]):
        with pytest.raises(FileProblem, match="JPEG"):
            clean_jpeg(broken, "a.jpg")


def test_orientation_of_nonsense_is_upright() -> None:
    assert exif_orientation(b"II*\0\xff\xff\xff\xff") == 1
    assert exif_orientation(b"") == 1


def tiff(pages: list[np.ndarray], big: bool, **more: object) -> bytes:
    info = TiffImagePlugin.ImageFileDirectory_v2()
    info[270], info[315], info[306], info[316] = ("CT of Quixotesson Marguerite", "Ravenscroft Ottilie",
                                                  "2017:07:13 12:00:00", "QXSTATION7 of the infirmary")
    info[65000] = "ZQX8812345 private"
    info.tagtype[65000] = 2
    buffer = io.BytesIO()
    first, *others = [Image.fromarray(page) for page in pages]
    first.save(buffer, "TIFF", tiffinfo=info, big_tiff=big, save_all=True, append_images=others, **more)
    return buffer.getvalue()


@pytest.mark.parametrize("big", [False, True])
@pytest.mark.parametrize("compression", [None, "tiff_lzw", "tiff_adobe_deflate", "packbits", "jpeg"])
def test_tiff_loses_its_tags_and_keeps_its_pages(leaked, big: bool, compression: str | None) -> None:
    arrays = [GREY, GREY[::-1]] if compression == "jpeg" else [DEEP, GREY, COLOR]
    blob = tiff(arrays, big, compression=compression)
    assert set(leaked(blob)) >= {"name", "given", "physician", "station", "id"}
    result = clean_tiff(blob, "a.tif")
    check_stripped(result, "a.tif")
    assert not leaked(result.blob)
    with Image.open(io.BytesIO(blob)) as before, Image.open(io.BytesIO(result.blob)) as after:
        assert after.n_frames == len(arrays)
        for page in range(len(arrays)):
            before.seek(page)
            after.seek(page)
            np.testing.assert_array_equal(np.asarray(before), np.asarray(after))
    assert {"TIFF ImageDescription", "TIFF Artist", "TIFF DateTime", "TIFF HostComputer", "TIFF private tag"} <= {
        name for name, _ in result.done}


def test_tiff_of_the_other_byte_order_and_with_tiles() -> None:
    done, code = cv2.imencode(".tiff", DEEP)
    result = clean_tiff(code.tobytes(), "a.tif")
    assert done
    np.testing.assert_array_equal(pixels(result.blob), DEEP)
    values = GREY.astype(">u2")
    strips = values.tobytes()
    rows = [(256, 3, 1, 60 << 16), (257, 3, 1, 40 << 16), (258, 3, 1, 16 << 16), (259, 3, 1, 1 << 16),
            (262, 3, 1, 1 << 16), (270, 2, 4, int.from_bytes(b"Doe\0", "big")), (273, 4, 1, 8), (277, 3, 1, 1 << 16),
            (278, 3, 1, 40 << 16), (279, 4, 1, len(strips))]
    blob = b"MM\0*" + struct.pack(">I", 8 + len(strips)) + strips + struct.pack(">H", len(rows)) + b"".join(
        struct.pack(">HHII", *row) for row in rows) + bytes(4)
    result = clean_tiff(blob, "a.tif")
    np.testing.assert_array_equal(pixels(result.blob), GREY.astype(np.uint16))
    assert b"Doe" not in result.blob


def test_a_cut_tiff_is_refused() -> None:
    blob = tiff([GREY], big=False)
    for broken in (blob[:6], blob[:300]):
        with pytest.raises(FileProblem, match="TIFF"):
            clean_tiff(broken, "a.tif")


@pytest.mark.parametrize("kind", [nibabel.Nifti1Image, nibabel.Nifti2Image])
@pytest.mark.parametrize("order", ["<", ">"])
@pytest.mark.parametrize("packed", [False, True])
def test_nifti_loses_its_texts_and_keeps_its_voxels(leaked, kind, order: str, packed: bool) -> None:
    values = RNG.integers(-900, 900, (5, 6, 7), np.int16)
    header = kind.header_class(endianness=order)
    image = kind(values, np.diag([2.0, 2.0, 3.0, 1.0]), header)
    image.header["descrip"], image.header["aux_file"] = b"CT of Quixotesson Marguerite", b"ZQX8812345.par"
    image.header["intent_name"] = b"Ravenscroft"
    if kind is nibabel.Nifti1Image:
        image.header["db_name"] = b"QXSTATION7"
    image.header.extensions.append(nibabel.nifti1.Nifti1Extension("comment", b"lives next to the Blue Heron inn"))
    blob = image.to_bytes() + b"Quixotesson"
    plain = blob
    if packed:
        buffer = io.BytesIO()
        with gzip.GzipFile("Quixotesson.nii", "wb", fileobj=buffer) as stream:
            stream.write(blob)
        blob = buffer.getvalue()
        assert b"Quixotesson" in blob
    assert set(leaked(plain)) >= {"name", "given", "id", "physician", "comment"}
    result = clean_nifti(blob, "a.nii")
    check_stripped(result, "a.nii")
    unpacked = gzip.decompress(result.blob) if packed else result.blob
    assert not leaked(unpacked)
    assert not leaked(result.blob)
    again = kind.from_bytes(unpacked)
    np.testing.assert_array_equal(np.asarray(again.dataobj), values)
    np.testing.assert_array_equal(again.affine, image.affine)
    assert not again.header.extensions


def test_a_cut_nifti_is_refused() -> None:
    blob = nibabel.Nifti1Image(np.zeros((5, 6, 7), np.int16), np.eye(4)).to_bytes()
    for broken in (blob[:300], blob[:-5], gzip.compress(blob)[:-20]):
        with pytest.raises(FileProblem, match="NIfTI"):
            clean_nifti(broken, "a.nii")


def test_the_search_finds_what_was_not_taken_out() -> None:
    result = Stripped(b"....QUIXOTESSON....")
    result.take("PNG tEXt", b"Author\0Quixotesson")
    with pytest.raises(FileProblem, match="value of PNG tEXt"):
        check_stripped(result, "a.png")
