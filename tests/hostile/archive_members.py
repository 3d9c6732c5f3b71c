"""Archives and pickles of face models and checkpoints that are damaged, or unpack to far more than they are."""

import io
import os
import pickle
import zipfile

import numpy as np
from safetensors.numpy import save

from tests.hostile.frame import Member
from tests.hostile.pickle_members import doubled, listed, state, tensor, text

CHECKPOINT = ["classifiers", "import", "dan_affectnet7", "m.pth"]
FLAME = ["faces", "import", "flame", "model.pkl"]
GOOD = state(tensor())


def zipped(folder, members, name="m.pth", method=zipfile.ZIP_STORED):
    with zipfile.ZipFile(folder / name, "w", method) as made:
        for member, content in members:
            if isinstance(content, int):
                with made.open(member, "w", force_zip64=True) as stream:
                    for _ in range(content >> 20):
                        stream.write(bytes(1 << 20))
            else:
                made.writestr(member, content)
    return folder / name


def checkpoint(name, members, says="m.pth", method=zipfile.ZIP_STORED, spoil=None):
    def make(folder):
        path = zipped(folder, members, method=method)
        if spoil:
            path.write_bytes(spoil(bytearray(path.read_bytes())))
        return CHECKPOINT

    return Member(f"archive: {name}", "import", make, says=says)


def plain(name, content, says="m.pth"):
    def make(folder):
        (folder / "m.pth").write_bytes(content)
        return CHECKPOINT

    return Member(f"archive: {name}", "import", make, says=says)


def faces(name, content, says="model.pkl", words=()):
    """What lies where FLAME's model is expected, or with `words` where a file beside it is."""

    def make(folder):
        made = content(folder) if callable(content) else content
        if made is not None:
            (folder / "model.pkl").write_bytes(made)
        return [*FLAME, *words]

    return Member(f"faces: {name}", "faces", make, says=says)


def beside(name, flag, content, says):
    """A file beside a model that is read before the model's content is used."""

    def make(folder):
        from facing_asymmetry.face_models.flame import source

        (folder / "beside").write_bytes(content)
        reader = {"masks": source.read_masks, "landmarks": source.read_landmarks, "texture": source.read_texture}[flag]
        return lambda: reader(folder / "beside")

    return Member(f"faces: {name}", "faces", make, says=says)


def set_bytes(start, offset, value):
    """Change a field of every record of an archive that begins so."""

    def spoil(content):
        at = content.find(start)
        while at >= 0:
            content[at + offset : at + offset + len(value)] = value
            at = content.find(start, at + 4)
        return bytes(content)

    return spoil


def _encrypted(content):
    return set_bytes(b"PK\x01\x02", 8, b"\x01\x00")(bytearray(set_bytes(b"PK\x03\x04", 6, b"\x01\x00")(content)))


def _unknown(content):
    return set_bytes(b"PK\x01\x02", 10, b"\x63\x00")(bytearray(set_bytes(b"PK\x03\x04", 8, b"\x63\x00")(content)))


def _corrupt(content):
    at = content.find(b"m/data.pkl") + 12
    content[at : at + 8] = b"\xff" * 8
    return bytes(content)


def _linked(folder):
    (folder / "model.pkl").symlink_to("/dev/zero")


def _piped(folder):
    os.mkfifo(folder / "model.pkl")


def _folder(folder):
    (folder / "model.pkl").mkdir()


def _bomb(folder):
    return zipped(folder, [("flame.pkl", 1 << 28)], "bomb.zip", zipfile.ZIP_DEFLATED).read_bytes()


def npz(**arrays):
    out = io.BytesIO()
    np.savez(out, **arrays)
    return out.getvalue()


def npy(header, content=b""):
    """An `.npy` of any header."""
    words = header.encode().ljust(118) + b"\n"
    return b"\x93NUMPY\x01\x00" + len(words).to_bytes(2, "little") + words + content


def npy_in_zip(header):
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as made:
        for name in ("mean", "tex_dir", "vt", "ft"):
            made.writestr(f"{name}.npy", npy(header, bytes(8)))
    return out.getvalue()


def masks(**changes):
    return pickle.dumps({"face": [1, 2], "left_eyeball": [3], "right_eyeball": [4], **changes}, 2)


def objects(value):
    out = io.BytesIO()
    np.save(out, np.array(value, object), allow_pickle=True)
    return out.getvalue()


PKL, BYTES = ("m/data.pkl", GOOD), ("m/data/0", bytes(8))
SHAPE = "{{'descr': '{}', 'fortran_order': False, 'shape': {}, }}"

MEMBERS = [
    checkpoint("a bomb", [PKL, ("m/data/0", 1 << 28)], "is not unpacked", zipfile.ZIP_DEFLATED),
    checkpoint("a bomb by bzip2", [PKL, ("m/data/0", 1 << 26)], "is not unpacked", zipfile.ZIP_BZIP2),
    checkpoint("a pickle of zeros", [("m/data.pkl", 1 << 28)], "is not unpacked", zipfile.ZIP_DEFLATED),
    checkpoint("a damaged stream", [PKL, BYTES], "m.pth", zipfile.ZIP_DEFLATED, _corrupt),
    checkpoint("an encrypted member", [PKL, BYTES], "encrypted", spoil=_encrypted),
    checkpoint("an unknown compression", [PKL, BYTES], "compression", spoil=_unknown),
    checkpoint(
        "another checksum", [PKL, BYTES], "m.pth", spoil=lambda c: bytes(c).replace(b"fc.bias", b"fc.bias"[::-1], 1)
    ),
    checkpoint(
        "a huge size of a member", [PKL, BYTES], "m.pth", spoil=set_bytes(b"PK\x01\x02", 24, b"\xfe\xff\xff\xff")
    ),
    checkpoint("a list beyond the end", [PKL, BYTES], "m.pth", spoil=set_bytes(b"PK\x05\x06", 16, b"\xff\xff\xff\x7f")),
    checkpoint("a list of gigabytes", [PKL, BYTES], "m.pth", spoil=set_bytes(b"PK\x05\x06", 12, b"\xff\xff\xff\x7f")),
    checkpoint("cut in the middle", [PKL, BYTES], "m.pth", spoil=lambda c: bytes(c[: len(c) // 2])),
    checkpoint("cut at the end", [PKL, BYTES], "m.pth", spoil=lambda c: bytes(c[:-5])),
    checkpoint("two pickles", [PKL, ("n/data.pkl", GOOD)], "not one that torch.save wrote"),
    checkpoint("no pickle", [BYTES], "not one that torch.save wrote"),
    checkpoint("nothing in it", [], "not one that torch.save wrote"),
    checkpoint("numbers of another machine", [PKL, BYTES, ("m/byteorder", b"big")], "big-endian"),
    checkpoint("members that lead outside", [("../outside/data.pkl", GOOD), ("../outside/data/0", bytes(8))], "m.pth"),
    checkpoint("many members", [PKL, *((f"m/{i:0100}", b"") for i in range(70_000))], "lists more members"),
    plain("safetensors with a header of terabytes", (1 << 40).to_bytes(8, "little") + b"{}", "safetensors"),
    plain("safetensors without an end", (50).to_bytes(8, "little") + b"{" * 50, "safetensors"),
    plain(
        "safetensors of terabytes",
        (lambda h: len(h).to_bytes(8, "little") + h)(
            b'{"a":{"dtype":"F32","shape":[1099511627776],"data_offsets":[0,4398046511104]}}'
        ),
        "safetensors",
    ),
    plain(
        "safetensors of an unknown type",
        (lambda h: len(h).to_bytes(8, "little") + h)(b'{"a":{"dtype":"X9","shape":[1],"data_offsets":[0,1]}}') + b"a",
        "safetensors",
    ),
    plain("safetensors of words", (lambda h: len(h).to_bytes(8, "little") + h)(b'{"a":"b"}'), "safetensors"),
    plain("safetensors of nothing", save({}), "m.pth"),
    plain("a web page", b"<!DOCTYPE html><p>Sign in</p>", "a web page"),
    plain("one byte", b"\x80", "m.pth"),
    faces("a device", _linked, "not a regular file"),
    faces("a pipe", _piped, "not a regular file"),
    faces("a folder", _folder, "not a regular file"),
    faces("nothing there", lambda folder: None, "No such file"),
    faces("a bomb", _bomb, "is not unpacked"),
    faces("a hash bomb", b"\x80\x02}" + doubled(60) + b"K\x01s.", "a tuple of"),
    faces(
        "lists that double",
        b"\x80\x02}" + text(b"v_template") + listed(40) + b"s.",
        "too deep in each other, or too many",
    ),
    faces("a list that holds itself", b"\x80\x02}" + text(b"f") + b"]q\x00h\x00as.", "too deep"),
    faces("a dictionary that holds itself", b"\x80\x02}q\x00" + text(b"f") + b"h\x00s.", "too deep"),
    faces("a reference with a huge number", b"\x80\x02]r\xff\xff\xff\x7f.", "numbers a reference"),
    faces("state given to a list", b"\x80\x02]}b.", "model.pkl"),
    faces(
        "an array of terabytes",
        b"\x80\x02cnumpy.core.multiarray\n_reconstruct\n(K\x01K\x01K\x01tR(K\x01\x8a\x06"
        + bytes(5)
        + b"\x10\x85cnumpy\ndtype\n(U\x02f8K\x00K\x01tR"
        + b"(K\x03U\x01<NNNJ\xff\xff\xff\xffJ\xff\xff\xff\xffK\x00tb\x89U\x01atb.",
    ),
    faces(
        "a sparse matrix of terabytes",
        b"\x80\x02}"
        + text(b"J_regressor")
        + b"cscipy.sparse.csc\ncsc_matrix\n)\x81}("
        + text(b"_shape")
        + b"J\xff\xff\xff\x7fJ\xff\xff\xff\x7f\x86"
        + b"".join(text(n) + b"]" for n in (b"data", b"indices", b"indptr"))
        + b"ubs.",
        "sparse matrix",
    ),
    faces("a call", b"cos\nsystem\n(S'touch called'\ntR.", "wants to call"),
    faces(
        "a call by numpy's buffer",
        b"\x80\x02cnumpy.core.numeric\n_frombuffer\n(K\x01K\x01K\x01K\x01tR.",
        "unknown layout",
    ),
    beside("masks of words", "masks", masks(face=["a"]), "list of numbers"),
    beside("ragged masks", "masks", masks(face=[[1, 2], [3]]), "list of numbers"),
    beside("negative masks", "masks", masks(face=[-1]), "there are others"),
    beside("masks of a fraction", "masks", masks(face=[1.5]), "there are others"),
    beside("masks of no number", "masks", masks(face=[float("nan")]), "array of numbers"),
    beside(
        "masks that double",
        "masks",
        b"\x80\x02}("
        + b"".join(text(n) + b"]" for n in (b"left_eyeball", b"right_eyeball"))
        + text(b"face")
        + listed(24)
        + b"u.",
        "too deep|too many",
    ),
    beside("masks of a dictionary", "masks", masks(face={"a": 1}), "array of numbers"),
    beside("masks that are a list", "masks", pickle.dumps([1], 2), "vertex masks"),
    beside("landmarks that are no array", "landmarks", b"\x93NUMPY\x01\x00", "isn't an .npy file"),
    beside(
        "landmarks with code in the header", "landmarks", npy("__import__('os').system('true')"), "isn't an .npy file"
    ),
    beside(
        "landmarks of numbers", "landmarks", npy(SHAPE.format("<f8", "(1,)"), bytes(8)), "cannot be read as a pickle"
    ),
    beside(
        "landmarks of words", "landmarks", objects({"full_lmk_faces_idx": "a", "full_lmk_bary_coords": "b"}), "landmark"
    ),
    beside(
        "landmarks of another number",
        "landmarks",
        objects({"full_lmk_faces_idx": [1], "full_lmk_bary_coords": [1]}),
        "landmark",
    ),
    beside("a texture that is an npy", "texture", npy(SHAPE.format("<f8", "(1,)"), bytes(8)), "texture space"),
    beside("a texture of objects", "texture", npy_in_zip(SHAPE.format("|O", "(1,)")), "texture space"),
    beside("a texture of terabytes", "texture", npy_in_zip(SHAPE.format("<f8", "(1099511627776,)")), "texture space"),
    beside("a texture of a negative size", "texture", npy_in_zip(SHAPE.format("<f8", "(-1,)")), "texture space"),
    beside(
        "a texture with code in the header", "texture", npy_in_zip("__import__('os').system('true')"), "texture space"
    ),
    beside("a texture without arrays", "texture", npz(a=np.zeros(1)), "texture space"),
    beside(
        "a texture of other shapes",
        "texture",
        npz(mean=np.zeros(3), tex_dir=np.zeros(3), vt=np.zeros(3), ft=np.zeros(3)),
        "together",
    ),
]
