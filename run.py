"""The two commands of a fresh clone: `python3 run.py demo` and `python3 run.py test`.

Standard library only. The text parses on every Python 3, so that an old one can say what it lacks.
"""
# ruff: noqa: UP032, RUF005  neither f-strings nor [*a, b]: the first Python 3 have none

import hashlib
import importlib.util
import json
import os
import shutil
import signal
import subprocess
import sys
from pathlib import Path

NEEDED = (3, 11)
ROOT = Path(__file__).resolve().parent
VENV = ROOT / ".venv"
STAMP = VENV / "partygraph.json"
USAGE = """用法：
  python3 run.py demo [区划] [--no-serve] [--port N] [--out 文件夹]
      安装，启动内嵌 Neo4j，载入一个已发布区划（默认 fuxing），打印结果，出图，并在 127.0.0.1 提供服务
      --no-serve  出图后结束，不提供服务（环境变量 CI=true 时也如此）
      --port N    服务端口，默认 8000
      --out       图的去处，默认 out/区划
  python3 run.py test [pytest 参数]
      安装，并对着真实的 Neo4j 运行全部测试
Windows 上用 py run.py 代替 python3 run.py。"""
DONE, WRONG, MISSING, INTERRUPTED = 0, 2, 3, 130


class FailedError(Exception):
    """Ends the program: exit code and what to tell."""

    def __init__(self, code, text):
        Exception.__init__(self, text)
        self.code = code


def main(arguments):
    """Run one command and return the exit code."""
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):  # a console that has no Chinese must not end the program
            stream.reconfigure(errors="replace")
    try:
        check_python(sys.version_info)
        if not arguments or arguments[0] in ("-h", "--help", "help"):
            print(USAGE)
            return DONE if arguments else WRONG
        if arguments[0] == "demo":
            command = demo_command(arguments[1:], os.environ)
            install({"embedded"})
            return replace(command)
        if arguments[0] == "test":
            install({"embedded", "test"})
            return run([venv_python(), "-m", "pytest"] + arguments[1:], cwd=str(ROOT))
        raise FailedError(WRONG, "没有名为 {} 的命令。\n{}".format(arguments[0], USAGE))
    except FailedError as error:
        sys.stderr.write("{}\n".format(error))
        return error.code
    except KeyboardInterrupt:
        return INTERRUPTED


def check_python(version):
    """Refuse a Python that is too old; `version` is sys.version_info or the like."""
    if tuple(version[:2]) < NEEDED:
        raise FailedError(
            MISSING,
            "需要 Python {}.{} 或更新版本，当前是 {}.{}（{}）。\n请安装新版本后用它运行，例如 python3.11 run.py".format(
                NEEDED[0], NEEDED[1], version[0], version[1], sys.executable
            ),
        )


def demo_command(arguments, environment):
    """The command line of the demo; raises FailedError with the usage if an argument is wrong."""
    district, out, port, serve = None, None, "8000", environment.get("CI", "").lower() != "true"
    rest = list(arguments)
    while rest:
        name, equals, value = rest.pop(0).partition("=")
        if name in ("--port", "--out"):
            if not equals and not rest:
                raise FailedError(WRONG, "{} 后面缺少值。\n{}".format(name, USAGE))
            value = value if equals else rest.pop(0)
            out, port = (value, port) if name == "--out" else (out, value)
        elif name == "--no-serve" and not equals:
            serve = False
        elif name in ("-h", "--help"):
            raise FailedError(DONE, USAGE)
        elif name.startswith("-") or equals or district is not None:
            raise FailedError(WRONG, "不认识的参数 {}。\n{}".format(name, USAGE))
        else:
            district = name
    if not (port.isdigit() and 0 < int(port) < 65536):
        raise FailedError(WRONG, "--port 应是 1 到 65535 的整数。")
    district = district or "fuxing"
    command = [venv_python(), "-P", "-m", "api.cli", "demo", district]
    command += [] if serve else ["--no-serve"]
    return command + ["--port", port, "--out", out or str(Path("out", district))]


def install(extras):
    """Make `.venv` hold the project with these extras; nothing to do if that was done for this pyproject.toml."""
    key, had = stamp_key(), read_stamp()
    if had.get("key") == key and extras <= set(had["extras"]) and Path(venv_python()).exists():
        return
    extras = extras | set(had.get("extras", ()))
    if not is_usable(venv_python()):
        make_venv()
    print(announcement(extras))
    sys.stdout.flush()
    place = str(ROOT) + "[" + ",".join(sorted(extras)) + "]"
    quiet = [] if sys.stdout.isatty() else ["--quiet"]
    pip = [venv_python(), "-m", "pip", "install", "--disable-pip-version-check", "--no-input"]
    if run(pip + quiet + ["--editable", place], cwd=str(ROOT)) != 0:
        raise FailedError(
            MISSING,
            "安装没有完成，原因见上。请检查网络与磁盘空间后重试；\n"
            "需要镜像时先运行 {} -m pip config set global.index-url 镜像地址。".format(venv_python()),
        )
    STAMP.write_text(json.dumps({"key": key, "extras": sorted(extras)}))


def announcement(extras):
    """What an installation downloads and how large it is."""
    lines = ["正在安装到 {}。首次运行会下载：".format(VENV)]
    lines.append("  Python 包（含 Java 运行时和中文字体），约 {} MB".format(270 if "test" in extras else 220))
    if not os.environ.get("PARTYGRAPH_NEO4J_JARS"):
        lines.append("  Neo4j 社区版运行库，约 {} MB（启动时下载，每个用户一次）".format(jar_megabytes()))
    lines.append("已下载过的不再下载。")
    return "\n".join(lines)


def jar_megabytes():
    """The sum of the sizes in the lock of Neo4j's jars."""
    lines = (ROOT / "graph" / "store" / "jars.lock").read_text().splitlines()
    return round(sum(int(line.split()[1]) for line in lines if not line.startswith("#")) / 1e6)


def make_venv():
    """Make `.venv` anew, after making sure that this Python can."""
    if importlib.util.find_spec("ensurepip") is None or importlib.util.find_spec("venv") is None:
        raise FailedError(
            MISSING,
            "这个 Python 缺少 venv 组件。请先安装它，例如在 Debian、Ubuntu 上：\n"
            "  sudo apt install python{}.{}-venv\n然后重新运行。尚未下载任何东西。".format(*sys.version_info[:2]),
        )
    shutil.rmtree(str(VENV), ignore_errors=True)
    if run([sys.executable, "-m", "venv", str(VENV)]) != 0:
        shutil.rmtree(str(VENV), ignore_errors=True)
        raise FailedError(MISSING, "无法建立虚拟环境 {}，原因见上。请检查磁盘空间和文件夹权限。".format(VENV))


def venv_python():
    """The Python inside `.venv`; Windows keeps it elsewhere."""
    return str(VENV / "Scripts" / "python.exe" if os.name == "nt" else VENV / "bin" / "python")


def is_usable(python):
    """Whether this interpreter runs, is new enough and has pip: an interrupted or moved `.venv` is made anew."""
    test = "import pip, sys; sys.exit(sys.version_info[:2] < {!r})".format(NEEDED)
    try:
        return subprocess.call([python, "-c", test], stderr=subprocess.DEVNULL) == 0
    except OSError:
        return False


def stamp_key():
    """Changes whenever the installation has to be repeated: other dependencies, another place, another Python."""
    seen = (ROOT / "pyproject.toml").read_bytes() + str(ROOT).encode() + repr(sys.version_info[:2]).encode()
    return hashlib.sha256(seen).hexdigest()


def read_stamp():
    """What the last finished installation left; empty if there was none."""
    try:
        return json.loads(STAMP.read_text())
    except (OSError, ValueError):
        return {}


def replace(command):
    """Become this command, so that whoever ends this process ends it; Windows can only wait for it."""
    if os.name == "nt":
        return run(command)
    sys.stdout.flush()
    os.execv(command[0], command)
    return DONE


def run(command, cwd=None):
    """Run to the end and return the exit code; Ctrl-C reaches the command too, and then the code is 130."""
    sys.stdout.flush()
    interrupted = False
    process = subprocess.Popen(command, cwd=cwd)
    signal.signal(signal.SIGTERM, lambda *_: process.terminate())
    while True:
        try:
            code = process.wait()
            break
        except KeyboardInterrupt:  # it stops Neo4j first; wait for that
            interrupted = True
    if interrupted:
        raise KeyboardInterrupt
    return code if code >= 0 else 128 - code


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
