// tracer/supervisor.h - Runs a program under the filter and hands its calls to the outside world to a TrafficHandler.
// This is all that the runner sees of Linux's side. Source: kernel-notes.md in the design notes, seccomp_unotify(2).
#pragma once

#include <sys/stat.h>
#include <sys/types.h>

#include <array>
#include <ctime>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "tracer/address.h"
#include "tracer/ids.h"
#include "tracer/os.h"
#include "tracer/stub_channel.h"

namespace bigfoot {

/// Who makes a call.
struct Caller {
  Pid pid{};
  Tid tid{};
};

/// One attempt of the target to reach an address: a connect(2), or a datagram sent to an address. The target's thread
/// waits until exactly one of the three answers is given; an Outgoing that is dropped fails with ECONNREFUSED.
/// May be moved to another thread and answered there.
class Outgoing {
 public:
  enum class Kind { stream, datagram };
  Outgoing(Outgoing&&) noexcept;
  Outgoing& operator=(Outgoing&&) noexcept;
  ~Outgoing();

  Kind kind() const;
  const Caller& caller() const;
  const SocketAddress& to() const;  ///< as the target asked; unix paths made absolute by the target's cwd and root
  /// A unix path that does not exist in the target's view (connect would give ENOENT by itself).
  bool missing_path() const;

  void let_through() &&;   ///< the kernel runs the call
  void fail(Errno) &&;     ///< the call returns -1 and this errno
  /// Stream: connects the target's own open file description to the supervisor; gives our end, non-blocking.
  /// The target's call has been answered when this returns; on error it was answered with that error's errno.
  OsResult<UniqueFd> redirect() &&;
  /// Datagram: from now on what the target sends to this address arrives at a datagram socket of the supervisor
  /// (see TrafficHandler::on_datagram_socket), and what the supervisor answers seems to come from it.
  OsResult<void> redirect_datagrams() &&;

 private:
  friend class SocketCalls;
  struct State;
  explicit Outgoing(std::unique_ptr<State> state);
  std::unique_ptr<State> state_;
};

/// One call of the target that names a file. Its thread waits until one of the answers is given; a FileCall that is dropped is
/// let through. May be moved to another thread and answered there.
class FileCall {
 public:
  enum class Operation {
    open,           ///< open(2) and its family, creat(2)
    look,           ///< stat(2), lstat(2), newfstatat(2), statx(2)
    access,         ///< access(2), faccessat(2), faccessat2(2)
    read_link,      ///< readlink(2), readlinkat(2)
    list,           ///< getdents64(2), where a handler lists folders itself: see LaunchOptions::Files::all
    make_folder,    ///< mkdir(2)
    make_node,      ///< mknod(2): a file, a FIFO, a socket, a device
    remove,         ///< unlink(2)
    remove_folder,  ///< rmdir(2)
    rename,         ///< rename(2), renameat2(2)
    link,           ///< link(2)
    symbolic_link,  ///< symlink(2)
    change_mode,    ///< chmod(2)
    change_owner,   ///< chown(2), lchown(2)
    truncate,       ///< truncate(2)
    set_times,      ///< utimensat(2) and its family
    attributes,     ///< getxattr(2), setxattr(2), listxattr(2), removexattr(2) and their l-forms
  };
  struct Request {
    Operation operation = Operation::open;
    /// Absolute as the target sees it (its cwd and root, or the folder it gave), "." and ".." as written; symbolic links not
    /// followed. Of `symbolic_link` the link that is made. No trailing slash is dropped.
    std::string path;
    /// The same file by the name that the kernel would find it under: links followed as far as files are there really (the last
    /// one only where `follow`), "." and ".." gone. What is not there keeps its name. Only with LaunchOptions::Files::all.
    std::string resolved;
    /// rename, link: the other name, the new one; symbolic_link: the text of the link.
    std::string other;
    std::string other_resolved;  ///< rename, link
    bool follow = true;          ///< a symbolic link at the end of path
    int flags = 0;     ///< open: O_*; access: R_OK, W_OK, X_OK; rename: RENAME_*
    mode_t mode = 0;   ///< open with O_CREAT, make_folder, make_node (all less the target's umask), change_mode
    off_t length = 0;  ///< truncate
    std::array<timespec, 2> times{};  ///< set_times: access, modification; UTIME_NOW, UTIME_OMIT
  };
  FileCall(FileCall&&) noexcept;
  FileCall& operator=(FileCall&&) noexcept;
  ~FileCall();

  const Request& request() const;
  const Caller& caller() const;
  /// The file that the target would have opened, read-only, opened by us. The error is what the target would have seen;
  /// EINVAL for anything but a regular file, ELOOP also for a link that a look does not follow, ESRCH: it has gone.
  OsResult<UniqueFd> original() const;

  void let_through() &&;  ///< the kernel runs the call
  void fail(Errno) &&;    ///< the call returns -1 and this errno
  void succeed() &&;      ///< the call returns 0, and nothing was done
  /// open, look, access: as if the path named the file behind `fd`: an open gives a descriptor of its own to it (its offset is
  /// not shared, reading only), stat tells its size, access says yes to reading.
  void answer(int fd) &&;
  /// open: the target gets this very open file; our descriptor of it is closed before the target goes on.
  void give(UniqueFd file) &&;
  /// look: stat tells this.
  void describe(const struct stat& info) &&;
  /// read_link: the link's text, cut to the target's buffer.
  void answer_link(std::string_view text) &&;
  /// list: the folder, by the target's own open file: the place in the listing is shared. EPERM where pidfd_getfd(2) is not allowed.
  OsResult<UniqueFd> folder() const;
  /// list: what stands next in the folder. At most `room()` bytes of linux_dirent64 records; none: its end.
  void answer_list(std::string_view records) &&;
  std::size_t room() const;

 private:
  friend class FileCalls;
  struct State;
  explicit FileCall(std::unique_ptr<State> state);
  std::unique_ptr<State> state_;
};

/// One write(2) or writev(2) of the target to the standard output or error of the run: by its descriptor 1 or 2, while that
/// is the file that the run itself has for its output or error. Its thread waits until one of the answers is given; dropped
/// it is let through. May be moved to another thread and answered there, as long as the Supervisor lives.
class OutputCall {
 public:
  OutputCall(OutputCall&&) noexcept;
  OutputCall& operator=(OutputCall&&) noexcept;
  ~OutputCall();

  const Caller& caller() const;
  /// 1 or 2: which of the run's it goes to (`echo >&2` writes to descriptor 1). Where both are one file, the number tells.
  int descriptor() const;
  const std::string& bytes() const; ///< all of them; what lies behind the first 1 MiB of one call is not read, see cut()
  std::size_t cut() const;          ///< bytes of the call that were not read

  /// How many of bytes() go out with let_through(), for who must know before the target goes on. The kernel writes them, then;
  /// where the file is non-blocking we do, now, since only so it is known how many: what was not, the target writes again.
  std::size_t write();
  void let_through() &&;
  void swallow() &&;  ///< the call says that everything was written, and nothing is

 private:
  friend class OutputCalls;
  struct State;
  explicit OutputCall(std::unique_ptr<State> state);
  std::unique_ptr<State> state_;
};

/// One execve(2) or execveat(2) of the target. Its thread waits until one of the answers is given; an ExecCall that is
/// dropped is let through. May be moved to another thread and answered there. The handler hears of the exec by on_process()
/// on the thread that answers, before the target goes on.
class ExecCall {
 public:
  ExecCall(ExecCall&&) noexcept;
  ExecCall& operator=(ExecCall&&) noexcept;
  ~ExecCall();

  const Caller& caller() const;
  const std::string& path() const;  ///< absolute, as the target sees it
  const std::vector<std::string>& argv() const;
  /// The new program's environment, read when asked for; empty where it cannot be read.
  std::vector<std::string> environment() const;
  std::string working_directory() const;
  /// What the kernel would say at once: 0 where the file is there and may be executed, else ENOENT, EACCES, ENOTDIR...
  /// A missing or unfit interpreter is not looked for.
  int would_fail() const;
  /// The run's own command, before it has become it.
  bool is_main() const;

  void let_through() &&;
  void fail(Errno) &&;   ///< the call returns -1 and this errno
  /// The target becomes the program behind `stub` (a static executable) instead, with the argv and environment that it
  /// gave, and finds `channel` open under the number that stub_channel() gives. Both descriptors stay ours. Takes as long
  /// as the target's thread needs to wake and stop, 20 to 200 us. On error the call was answered with that error's errno:
  /// EPERM where a debugger or strace holds the thread, ESRCH where it has gone.
  OsResult<void> replace(int stub, int channel) &&;

 private:
  friend class ExecCalls;
  struct State;
  explicit ExecCall(std::unique_ptr<State> state);
  std::unique_ptr<State> state_;
};

/// A process came, replaced its program or went; as soon as the supervisor learns of it.
struct ProcessEvent {
  enum class What { started, exec, ended } what = What::started;
  Pid pid{};
  Pid parent{};
  std::vector<std::string> argv;      ///< started (the parent's own), exec
  std::string exe;                    ///< absolute path; started, exec
  std::optional<int> exit_code;       ///< ended, where known
  std::optional<int> signal;          ///< ended, where known
  bool main = false;                  ///< the command of the run itself
};

/// Where a datagram socket's peer was really sent: see Supervisor::find_flow.
struct DatagramFlow {
  Caller caller;
  SocketAddress asked;      ///< the address that the program sends to
  std::uint64_t id = 0;     ///< unique in the run: the same for all datagrams between this socket and this address
};

/// The runner's side. The methods are called one at a time where nothing else is said, on the threads of the supervisor and
/// on those that answer an ExecCall; they must not block, nor throw.
class TrafficHandler {
 public:
  virtual ~TrafficHandler() = default;
  virtual void on_outgoing(Outgoing call) = 0;
  /// Another datagram socket of the supervisor receives redirected datagrams from now on; owned by the handler.
  virtual void on_datagram_socket(UniqueFd socket) = 0;
  virtual void on_process(ProcessEvent event) = 0;
  /// A call that the supervisor answered on its own in a way the user should know of, once a kind and process:
  /// "io_uring_setup answered ENOSYS", "32-bit program refused".
  virtual void on_notice(Pid pid, std::string text) = 0;
  /// Whether on_file() is to see a call that names this path, as the program wrote it (perhaps relative). `only_reads`: an open
  /// for reading a file that is there, a look or an access; else an open that may write. Asked for every open of the tree, so it
  /// must take next to no time; perhaps while another method is running on another thread.
  virtual bool wants_file(std::string_view path, bool only_reads) = 0;
  /// With LaunchOptions::Files::all: whether on_file() is to see calls of this file, by Request::path without dots, and by
  /// Request::resolved. With a slash at its end it is asked whether the handler lists this folder (Operation::list).
  /// Thread-safe and quick like wants_file().
  virtual bool watches_file(std::string_view path) = 0;
  virtual void on_file(FileCall call) = 0;
  /// Only with LaunchOptions::hold_stdout or hold_stderr.
  virtual void on_output(OutputCall call) = 0;
  /// Only with LaunchOptions::hold_execs. A call whose program is not there comes too: execvp(3) tries PATH entries in turn.
  /// May answer at once: on_process() is then called from inside.
  virtual void on_exec(ExecCall call) = 0;
  /// No process of the tree is left: nothing more will come. Called from the notification thread, last.
  virtual void on_tree_gone() = 0;
};

struct LaunchOptions {
  std::vector<std::string> argv;  ///< argv[0] is looked up in PATH as execvp(3) does
  std::vector<std::pair<std::string, std::string>> env;  ///< set on top of our own environment
  /// Fixed for tests of the container paths; by default what the kernel probes find.
  enum class SocketAccess { probe, pidfd_getfd, owned_from_birth } socket_access = SocketAccess::probe;
  /// Whether every execve is held until the handler has answered it (TrafficHandler::on_exec).
  bool hold_execs = false;
  /// Which file calls are trapped at all. Each costs every call of its kind a round trip.
  /// `opens`: of those only the ones that open a file, no folder; `all`: every call that names a file (FileCall::Operation). Not seen are calls of
  /// a descriptor, looks with AT_EMPTY_PATH, and calls that have no Operation: chdir(2), statfs(2), inotify_add_watch(2).
  enum class Files { none, opens, opens_and_looks, all } files = Files::none;
  /// With Files::all: a folder of the supervisor's, by its real name, that stands for the root: what a handler gives the target
  /// of it is open under its name without this prefix, and so is what the target finds through it. Calls that name a file
  /// through it come to on_file() whether watched or not. "": none.
  std::string stage;
  bool hold_stdout = false, hold_stderr = false;  ///< whether writes there wait for TrafficHandler::on_output
};

/// Why nothing was started. `exit_status` as outputs.md: 125, 126, 127.
struct LaunchError {
  int exit_status = 125;
  std::string what;  ///< "seccomp: Operation not permitted (EPERM)"
  std::string cure;
};

struct ExitResult {
  std::optional<int> exit_code;
  std::optional<int> signal;
};

class Supervisor {
 public:
  /// Starts the program, held just before its execve, and then lets it run. The handler outlives the Supervisor.
  static std::expected<std::unique_ptr<Supervisor>, LaunchError> launch(const LaunchOptions& options, TrafficHandler& handler);
  virtual ~Supervisor() = default;  ///< kills what is left of the tree

  /// Readable when the main process has ended (then main_exit() has a value) : for the event loop to watch.
  virtual int main_exit_fd() const = 0;
  virtual std::optional<ExitResult> main_exit() = 0;
  virtual Pid main_pid() const = 0;
  /// Sends `signal` to the run's process group.
  virtual void signal_group(int signal) = 0;
  /// SIGKILL to every process of the tree, until none is left.
  virtual void kill_tree() = 0;
  /// The processes of the tree that are alive now.
  virtual std::vector<Pid> living() const = 0;

  /// Which program socket stands behind `source` on one of our datagram sockets (`socket_fd`: the number given by
  /// on_datagram_socket). Thread-safe.
  virtual std::optional<DatagramFlow> find_flow(int socket_fd, const SocketAddress& source) const = 0;
};

}  // namespace bigfoot
