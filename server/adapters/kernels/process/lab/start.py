"""
Becomes one person's JupyterLab. Runs inside the sandbox and reads one line of JSON from standard input, which says whose
lab it is to be (see lab-assignment.ts). As a warm lab it waits for that line with everything imported, as root with the
three capabilities that becoming a person needs, and runs nothing but the runtime's own packages until then.
"""

import ctypes
import fcntl
import importlib
import json
import logging.handlers
import os
import select
import signal
import sys
import termios

HERE = os.path.dirname(os.path.abspath(__file__))
RUN_FIRST = ("/bin/sh", f"{HERE}/run-first.sh")
LOG = "/tmp/.lab.log"
# What the classic notebook calls otherwise; None: what it does not have.
CLASSIC = {
    "IdentityProvider.token": "NotebookApp.token",
    "PasswordIdentityProvider.hashed_password": "NotebookApp.password",
    "ServerApp.root_dir": "NotebookApp.notebook_dir",
    "ServerApp.static_immutable_cache": None,
    "ServerApp.websocket_ping_interval": None,
}
KERNELS = {"python3": "Python", "ir": "R"}
# Stands before what people run, where their project asked for an environment of its own.
ENTER = []
SOCKET = "lab.sock"

# From linux/prctl.h and linux/capability.h.
PR_SET_DUMPABLE, PR_CAPBSET_READ, PR_CAPBSET_DROP, PR_SET_NO_NEW_PRIVS, PR_CAP_AMBIENT = 4, 23, 24, 38, 47
PR_CAP_AMBIENT_CLEAR_ALL = 4
CAPABILITY_VERSION_3 = 0x20080522
CAPABILITIES = ("CapInh", "CapPrm", "CapEff", "CapBnd", "CapAmb")


def find_application():
    """JupyterLab, or the classic notebook where the runtime has no other."""
    for module, name in (("jupyterlab.labapp", "LabApp"), ("notebook.notebookapp", "NotebookApp")):
        try:
            return getattr(importlib.import_module(module), name)
        except ImportError:
            continue
    end("no_jupyterlab")


def preload():
    # What the server would import when its extensions are loaded, and at the first requests.
    for module in (
        "jupyter_server_terminals.app",
        "jupyter_server.serverapp",
        "jupyter_server.services.kernels.websocket",
        "jupyter_server.services.kernels.connection.channels",
        "jupyterlab.handlers.announcements",
        "jupyterlab.extensions.readonly",
        "jupyterlab_server.settings_handler",
        "notebook_shim.nbserver",
        "jupyter_client.provisioning",
        "jupyter_client.asynchronous",
        "nbformat.v4",
        "terminado",
        "IPython.paths",
        "sqlite3",
    ):
        end_if_abandoned()
        try:
            importlib.import_module(module)
        except ImportError:
            pass


def end_if_abandoned():
    """Whoever started us may have been killed before we were bound to its life; there is nothing to read then, and never will be."""
    poll = select.poll()
    poll.register(0, 0)
    if any(event & select.POLLHUP for _, event in poll.poll(0)):
        left = fcntl.ioctl(0, termios.FIONREAD, b"\0" * 4)
        if int.from_bytes(left, sys.byteorder) == 0:
            os._exit(0)


def end(reason):
    """The last line tells whoever started us why, in one word that it has a sentence for."""
    print(f"sheaf-lab: {reason}", file=sys.stderr, flush=True)
    os._exit(3)


def become(uid, gids):
    """Drops everything that root has, for good, and looks whether it is gone."""
    libc = ctypes.CDLL(None, use_errno=True)

    def prctl(option, argument=0):
        if libc.prctl(option, argument, 0, 0, 0) < 0:
            raise OSError(ctypes.get_errno(), "prctl")

    # Each thread has capabilities of its own: there may be one only.
    if len(os.listdir("/proc/self/task")) != 1:
        end("not_alone")
    for capability in range(64):
        if libc.prctl(PR_CAPBSET_READ, capability, 0, 0, 0) == 1:
            prctl(PR_CAPBSET_DROP, capability)
    prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_CLEAR_ALL)
    os.setgroups(gids)
    os.setresgid(uid, uid, uid)
    os.setresuid(uid, uid, uid)
    header = (ctypes.c_uint32 * 2)(CAPABILITY_VERSION_3, 0)
    if libc.capset(header, (ctypes.c_uint32 * 6)()) < 0:
        raise OSError(ctypes.get_errno(), "capset")
    prctl(PR_SET_NO_NEW_PRIVS, 1)
    # Leaving root makes a process unreadable for its own user; one that is started as that user is not.
    prctl(PR_SET_DUMPABLE, 1)

    with open("/proc/self/status") as file:
        status = dict(line.rstrip("\n").split(":\t", 1) for line in file if ":\t" in line)
    same = "\t".join([str(uid)] * 4)
    kept = [name for name in CAPABILITIES if int(status[name], 16) != 0]
    if kept or status["Uid"] != same or status["Gid"] != same or sorted(map(int, status["Groups"].split())) != sorted(gids) or status["NoNewPrivs"] != "1":
        end("still_privileged")
    try:
        os.setuid(0)
    except PermissionError:
        return
    end("still_privileged")


def enter_home(assignment):
    home = assignment["home"]
    settings = f"{home}/settings"
    os.environ.clear()
    os.environ.update(
        assignment["environment"],
        HOME=home,
        USER=assignment["username"],
        LOGNAME=assignment["username"],
        SHELL="/bin/bash",
        JUPYTER_CONFIG_DIR=f"{settings}/jupyter",
        JUPYTER_DATA_DIR=f"{settings}/jupyter/data",
        JUPYTER_RUNTIME_DIR="/tmp/.jupyter",
        JUPYTERLAB_SETTINGS_DIR=f"{settings}/jupyter/lab/user-settings",
        # Which documents are open belongs to a project; how the editor looks belongs to the person.
        JUPYTERLAB_WORKSPACES_DIR=f"{settings}/jupyter/lab/workspaces/{assignment['workspace']}",
        IPYTHONDIR=f"{settings}/ipython",
        XDG_CONFIG_HOME=f"{settings}/config",
        XDG_DATA_HOME=f"{settings}/share",
        XDG_STATE_HOME=f"{settings}/state",
        XDG_CACHE_HOME="/tmp/.cache",
        HISTFILE=f"{settings}/bash_history",
        GIT_CEILING_DIRECTORIES="/home",
    )
    # What is made in a folder of a group is for the group to change; a home is closed to others anyway.
    os.umask(0o002 if assignment["gids"] else 0o022)
    try:
        for folder in (f"{settings}/jupyter/lab", f"{home}/{assignment['folder']}"):
            os.makedirs(folder, exist_ok=True)
        os.makedirs("/tmp/.jupyter", mode=0o700, exist_ok=True)
        os.chdir(f"{home}/{assignment['folder']}")
    except OSError as problem:
        end("home_full" if problem.errno in (28, 122) else "home_unreadable")


def options(assignment, root):
    """As on a command line, which comes before whatever the person's own files say. Nobody else ever sees these."""
    said = {
        "ServerApp.base_url": assignment["basePath"],
        "ServerApp.root_dir": root,
        "ServerApp.sock": f"{assignment['sockets']}/{SOCKET}.new",
        "ServerApp.open_browser": False,
        "ServerApp.allow_remote_access": True,
        "ServerApp.allow_origin": "",
        "ServerApp.quit_button": False,
        "ServerApp.log_level": 30,
        "ServerApp.websocket_ping_interval": 20000,
        "ServerApp.static_immutable_cache": f"{assignment['basePath']}static/lab/",
        "ServerApp.terminals_enabled": True,
        "IdentityProvider.token": assignment["token"],
        "PasswordIdentityProvider.hashed_password": "",
        "FileContentsManager.delete_to_trash": False,
        "FileContentsManager.use_atomic_writing": True,
        "ContentsManager.allow_hidden": False,
        "MappingKernelManager.default_kernel_name": "python3",
        "KernelSpecManager.ensure_native_kernel": False,
        "KernelManager.shutdown_wait_time": 3.0,
        "LabApp.extension_manager": "readonly",
        "LabApp.news_url": None,
        "LabApp.check_for_updates_class": "jupyterlab.NeverCheckForUpdate",
        # Jupyter decides these two while it is imported, which is before anybody's home is there.
        "LabApp.user_settings_dir": os.environ["JUPYTERLAB_SETTINGS_DIR"],
        "LabApp.workspaces_dir": os.environ["JUPYTERLAB_WORKSPACES_DIR"],
        "LabApp.app_settings_dir": f"{HERE}/settings",
        "LabApp.extra_labextensions_path": f"{HERE}/extensions",
    }
    lists = [f"--KernelSpecManager.allowed_kernelspecs={name}" for name in KERNELS]
    return [f"--{name}={value}" for name, value in said.items()] + lists


def kernel_specs():
    from jupyter_client.kernelspec import KernelSpecManager

    class RuntimeKernels(KernelSpecManager):
        """Named plainly, and ended before the server when memory lacks."""

        def get_kernel_spec(self, kernel_name):
            spec = super().get_kernel_spec(kernel_name)
            spec.display_name = KERNELS.get(kernel_name, spec.display_name)
            # By name alone, a project's own Python is found before the site's.
            program = os.path.basename(spec.argv[0]) if ENTER else spec.argv[0]
            spec.argv = [*RUN_FIRST, *ENTER, program, *spec.argv[1:]]
            return spec

    return RuntimeKernels


def count_what_people_do():
    """A page that merely stands open asks every ten seconds: only changes, and documents that are opened, are somebody's doing."""
    from jupyter_server.base.handlers import APIHandler

    count = APIHandler.update_api_activity

    def count_some(self):
        opens_document = self.get_query_argument("type", "") in ("file", "notebook") and self.get_query_argument("content", "0") == "1"
        if self.request.method not in ("GET", "HEAD", "OPTIONS") or opens_document:
            count(self)

    APIHandler.update_api_activity = count_some


def start_lab(application, assignment, root):
    count_what_people_do()
    server = application.initialize_server(argv=options(assignment, root), kernel_spec_manager_class=kernel_specs())
    settings = server.web_app.settings
    settings["headers"] = {"Content-Security-Policy": f"frame-ancestors 'self' {assignment['pageOrigin']}"}

    def finish_page(_handler, page):
        # The gateway puts the token in; a page never learns it.
        page.update(token="", sheafPageOrigin=assignment["pageOrigin"])
        return page

    settings["page_config_hook"] = finish_page
    settings["terminal_manager"].shell_command = [*RUN_FIRST, *ENTER, "/bin/bash"]
    return server


def start_classic(application, assignment, root):
    from notebook.base.handlers import IPythonHandler
    from tornado.web import RedirectHandler

    told = IPythonHandler.template_namespace.fget
    IPythonHandler.template_namespace = property(lambda handler: {**told(handler), "token": ""})
    words = []
    for option in options(assignment, root):
        name, value = option[2:].split("=", 1)
        known = CLASSIC.get(name, name.replace("ServerApp.", "NotebookApp."))
        if known and not name.startswith("LabApp."):
            words.append(f"--{known}={value}")
    server = application.instance(kernel_spec_manager_class=kernel_specs())
    server.initialize(argv=words)
    # The page around knows the addresses of JupyterLab alone.
    base = assignment["basePath"]
    server.web_app.add_handlers(
        ".*$",
        [(f"{base}lab/tree/(.*)", RedirectHandler, {"url": f"{base}tree/{{0}}"}), (f"{base}lab/?", RedirectHandler, {"url": f"{base}tree"})],
    )
    server.web_app.settings["headers"] = {"Content-Security-Policy": f"frame-ancestors 'self' {assignment['pageOrigin']}"}
    server.web_app.settings["terminal_manager"].shell_command = [*RUN_FIRST, *ENTER, "/bin/bash"]
    return server


def quieten():
    """What kernels write to our standard output goes nowhere, and our own words into a file of bounded size."""
    handler = logging.handlers.RotatingFileHandler(LOG, maxBytes=1_000_000, backupCount=1)
    handler.setFormatter(logging.Formatter("%(asctime)s %(levelname)s %(message)s"))
    for logger in (logging.getLogger(), logging.getLogger("ServerApp"), logging.getLogger("LabApp"), logging.getLogger("tornado")):
        logger.handlers = []
    logging.getLogger().addHandler(handler)
    for name in ("ServerApp", "LabApp"):
        logging.getLogger(name).propagate = True
    nowhere = os.open(os.devnull, os.O_RDWR)
    for descriptor in (0, 1, 2):
        os.dup2(nowhere, descriptor)
    os.close(nowhere)


def main():
    # Whatever the server's own shell had open is nobody's here.
    os.closerange(3, 1 << 16)
    application = find_application()
    preload()
    print("sheaf-lab: waiting", file=sys.stderr, flush=True)
    # A process that never gets an assignment ends with whoever would have given it.
    line = sys.stdin.buffer.readline()
    if not line:
        os._exit(0)
    assignment = json.loads(line)
    if assignment["uid"] is not None:
        become(assignment["uid"], assignment["gids"])
    ENTER.extend(assignment["enter"])
    enter_home(assignment)
    root = os.getcwd()
    from tornado.ioloop import IOLoop

    try:
        start = start_lab if application.__name__ == "LabApp" else start_classic
        server = start(application, assignment, root)
    except OSError as problem:
        if problem.errno in (28, 122):
            end("home_full")
        raise

    def serve():
        quieten()
        # The socket is taken from us as soon as it has its name: not before the server listens on it.
        socket = f"{assignment['sockets']}/{SOCKET}"
        os.rename(f"{socket}.new", socket)

    IOLoop.current().add_callback(serve)
    server.start()


if __name__ == "__main__":
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    main()
