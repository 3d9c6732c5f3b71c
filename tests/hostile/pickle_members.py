"""Checkpoints whose pickles call, loop, or ask for more than there is, given to `classifiers import`."""

import struct
import zipfile

from tests.hostile.frame import Member

CALLS = (
    "os.system", "posix.system", "subprocess.Popen", "subprocess.check_output", "builtins.eval", "builtins.exec",
    "builtins.open", "builtins.getattr", "builtins.__import__", "builtins.map", "importlib.import_module",
    "runpy.run_path", "shutil.rmtree", "pickle.loads", "ctypes.CDLL", "torch.load", "torch.jit.load", "torch.hub.load",
    "torch.from_file", "torch.utils.cpp_extension.load", "numpy.load", "numpy.fromfile", "numpy.memmap",
    "operator.attrgetter", "types.FunctionType", "code.interact", "pathlib.Path", "socket.socket",
)  # fmt: skip


def archive(folder, body, **members):
    """A checkpoint as `torch.save` writes it, with this pickle."""
    with zipfile.ZipFile(folder / "m.pth", "w") as made:
        made.writestr("m/data.pkl", body)
        for name, content in members.items():
            made.writestr(f"m/data/{name.strip('_')}", content)


def member(name, body, says="m.pth", **members):
    def make(folder):
        archive(folder, body() if callable(body) else body, **members)
        return ["classifiers", "import", "dan_affectnet7", "m.pth"]

    return Member(f"pickle: {name}", "import", make, says=says)


def legacy(name, body, says="m.pth"):
    def make(folder):
        (folder / "m.pth").write_bytes(body() if callable(body) else body)
        return ["classifiers", "import", "dan_affectnet7", "m.pth"]

    return Member(f"old format: {name}", "import", make, says=says)


def text(words):
    return b"X" + struct.pack("<I", len(words)) + words


def doubled(levels, start=b"K\x01"):
    """A tuple of the last tuple twice, and so on."""
    return start + b"2\x86" * levels


def listed(levels):
    return b"]K\x01a" + b"".join(b"q\x010](h\x01h\x01e" for _ in range(levels))


def called(name):
    module, _, function = name.rpartition(".")
    return f"c{module}\n{function}\n(S'x'\ntR.".encode()


def storage(numel=b"K\x02", key=b"0", dtype=b"FloatStorage", head=b"storage"):
    return b"(" + text(head) + b"ctorch\n" + dtype + b"\n" + text(key) + text(b"cpu") + numel + b"tQ"


def tensor(size=b"K\x02\x85", stride=b"K\x01\x85", offset=b"K\x00", stored=None):
    made = storage() if stored is None else stored
    return b"ctorch._utils\n_rebuild_tensor_v2\n(" + made + offset + size + stride + b"\x89}tR"


def state(value, key=b"fc.bias"):
    return b"\x80\x02}" + text(b"model_state_dict") + b"}" + text(key) + value + b"ss."


BODIES = {
    "hash bomb": (b"\x80\x02}" + doubled(60) + b"K\x01s.", "a tuple of"),
    "hash bomb that is a key of a moderate size": (b"\x80\x02}" + doubled(12) + b"K\x01s.", "a key of very many parts"),
    "reference bomb": (b"\x80\x02" + doubled(60) + b"Q.", "a tuple of"),
    "reference of many parts": (b"\x80\x02" + doubled(10) + b"Q.", "a key of very many parts"),
    "frozen sets in each other": (b"\x80\x04" + b"(K\x01\x91" + b"q\x00(h\x00K\x01\x91" * 300 + b".", ""),
    "deep tuples": (b"\x80\x02" + b")" + b"\x85" * 200_000 + b".", "deep in each other"),
    "deep lists": (b"\x80\x02" + b"]" * 200_000 + b"a" * 199_999 + b".", ""),
    "lists that double": (b"\x80\x02" + listed(60) + b".", "holds no state dictionary"),
    "lists that double as a tensor": (state(listed(40)), "a tensor is expected"),
    "a list that holds itself": (b"\x80\x02]q\x00h\x00a.", "holds no state dictionary"),
    "a dictionary that holds itself": (
        b"\x80\x02}q\x00" + text(b"model_state_dict") + b"h\x00s.", "a tensor is expected",
    ),
    "a module that holds itself": (
        b"\x80\x02}" + text(b"model_state_dict") + b"cnet\nDAN\n)\x81q\x01}(" + text(b"_modules") + b"}" + text(b"a")
        + b"h\x01sub" + b"s.", "holds itself",
    ),
    "numbers that collide": (
        lambda: b"\x80\x02}(" + b"".join(
            b"\x8a" + bytes([len(n)]) + n + b"K\x01" for n in (
                (i * (2**61 - 1)).to_bytes(12, "little") for i in range(1, 50_000))
        ) + b"u.", "keys that are neither",
    ),
    "tuples that collide": (
        lambda: b"\x80\x02}(" + b"".join(
            b"(" + b"".join(b"J" + struct.pack("<i", -1 - (i >> bit & 1)) for bit in range(16)) + b"tK\x01"
            for i in range(15_000)
        ) + b"u.", "keys that are neither",
    ),
    "a reference with a huge number": (b"\x80\x02]r\xff\xff\xff\x7f.", "numbers a reference"),
    "a frame with a huge size": (b"\x80\x04\x95" + struct.pack("<Q", 1 << 50) + b"].", "announces"),
    "bytes with a huge size": (b"\x80\x04\x8e" + struct.pack("<Q", 1 << 40) + b"ab.", ""),
    "words with a huge size": (b"\x80\x04\x8d" + struct.pack("<Q", 1 << 40) + b"ab.", ""),
    "an array of bytes with a huge size": (b"\x80\x05\x96" + struct.pack("<Q", 1 << 40) + b"ab.", ""),
    "a whole number of many digits": (b"\x80\x02I" + b"9" * 100_000 + b"\n.", ""),
    "names without end": (
        lambda: b"\x80\x02]" + b"".join(f"ca\nb{i}\na".encode() for i in range(300_000)) + b".", "names more than",
    ),
    "operations without end": (b"\x80\x02]" + b"Na" * 1_200_000 + b".", "operations"),
    "state given to a list": (b"\x80\x02]}b.", ""),
    "state given to a dictionary": (b"\x80\x02}}b.", ""),
    "state given to words": (b"\x80\x02" + text(b"a") + b"}b.", ""),
    "state given to a tensor": (state(tensor() + b"(K\x01K\x02K\x03tb"), ""),
    "state given to a class": (b"\x80\x02cnet\nDAN\n}b.", ""),
    "an ordered dictionary whose methods are replaced": (
        b"\x80\x02}" + text(b"model_state_dict") + b"ccollections\nOrderedDict\n)R}(" + text(b"items") + b"K\x01"
        + text(b"values") + b"cos\nsystem\nubs.", "holds no state dictionary",
    ),
    "an extension": (b"\x80\x02\x82\x01.", ""),
    "a buffer outside": (b"\x80\x05\x97.", ""),
    "an unknown protocol": (b"\x80\xc8].", ""),
    "memory that was never filled": (b"\x80\x02h\x09.", ""),
    "nothing on the stack": (b"\x80\x02.", ""),
    "an empty pickle": (b"", ""),
    "no end": (b"\x80\x02]", ""),
    "a tensor of terabytes": (state(tensor(b"\x8a\x06" + bytes(5) + b"\x10\x85", b"K\x00\x85")), "fit|shape"),
    "a tensor of more numbers than there are": (
        state(tensor(b"\x8a\x0f" + b"\xff" * 14 + b"\x7f\x85", b"K\x00\x85")), "",
    ),
    "a tensor of negative size": (state(tensor(b"J\xff\xff\xff\xff\x85")), ""),
    "a tensor of words": (state(tensor(text(b"ab"))), ""),
    "a tensor that begins outside": (state(tensor(offset=b"J\x00\x00\x00\x7f")), ""),
    "a storage of words": (state(tensor(stored=storage(text(b"many")))), ""),
    "a storage of terabytes": (state(tensor(stored=storage(b"\x8a\x06" + bytes(5) + b"\x10"))), ""),
    "a storage that is not there": (state(tensor(stored=storage(key=b"7"))), ""),
    "a storage that leads out of the archive": (state(tensor(stored=storage(key=b"../../../outside/secret"))), ""),
    "a storage of half a number": (state(tensor(stored=storage(key=b"half"))), ""),
    "a reference to something else": (state(tensor(stored=storage(head=b"file"))), ""),
    "a parameter that is no tensor": (
        state(b"ctorch._utils\n_rebuild_parameter\n(K\x01\x89}tR"), "a tensor is expected",
    ),
    "numbers in the place of tensors": (state(b"K\x05"), "a tensor is expected"),
    "a name of a megabyte": (state(tensor(), b"a" * 1_000_000), "not the network's"),
    "a name with control characters": (state(tensor(), b"\x1b[2J\x07[/bold]\x00"), "not the network's"),
    "a class with control characters": (state(b"c\x1b[2J\na[/b]\x07\n)R"), "wants to call"),
    "a call through state": (
        state(b"ctorch._tensor\n_rebuild_from_type_v2\n(cos\nsystem\nK\x01" + text(b"x") + b"\x85}tR"), "call",
    ),
    "a call through partial": (state(b"cfunctools\npartial\n(cos\nsystem\n" + text(b"x") + b"tR)R"), "call"),
    "a call by its instance": (state(b"(S'x'\nios\nsystem\n"), "call"),
    "a call by its object": (state(b"(cos\nsystem\nS'x'\no"), "call"),
}  # fmt: skip

MAGIC = b"\x80\x02\x8a\x0al\xfc\x9cF\xf9 j\xa8P\x19.\x80\x02M\xe9\x03.\x80\x02}."
FULL = b"\x80\x02]" + text(b"0") + b"a."

MEMBERS = [
    *(member(f"calls {name}", called(name), "it wants to call") for name in CALLS),
    *(member(name, body, says or "m.pth", _0=bytes(8), half=bytes(7)) for name, (body, says) in BODIES.items()),
    legacy("hash bomb", MAGIC + b"\x80\x02}" + doubled(60) + b"K\x01s." + FULL, "a tuple of"),
    legacy(
        "a storage of terabytes", MAGIC + state(tensor(stored=storage(b"\x8a\x06" + bytes(5) + b"\x10"))) + FULL, "more"
    ),
    legacy(
        "very many storages",
        MAGIC + b"\x80\x02](" + b"".join(storage(b"M\xff\xff", b"%d" % i) for i in range(20_000)) + b"e." + FULL,
        "more than its",
    ),
    legacy("another length of a storage", MAGIC + state(tensor()) + FULL + b"\xff" * 8 + bytes(64), "truncated"),
    legacy("no length", MAGIC + state(tensor()) + FULL, "truncated"),
    legacy("a key of another storage", MAGIC + state(tensor()) + b"\x80\x02]" + text(b"9") + b"a.", ""),
    legacy("keys of another kind", MAGIC + state(tensor()) + b"\x80\x02K\x07.", ""),
    legacy("another magic number", b"\x80\x02K\x01.", "not one that torch.save wrote"),
    legacy("only a magic number", MAGIC, ""),
]
