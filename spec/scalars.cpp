// spec/scalars.cpp - Durations, counts and error names.
#include "spec/scalars.h"

#include <algorithm>
#include <cerrno>
#include <charconv>
#include <limits>

#include <fmt/format.h>

#include "spec/check.h"

namespace bigfoot {
namespace {

struct Unit {
  std::string_view name;
  double microseconds;
};
constexpr Unit kUnits[] = {{"us", 1}, {"ms", 1e3}, {"s", 1e6}, {"m", 60e6}, {"h", 3600e6}};
constexpr double kLongest = 366.0 * 24 * 3600e6;  // a year: more is a slip, and steady clocks have room for it

struct ErrorName {
  std::string_view name;
  int code;
};
constexpr ErrorName kErrors[] = {
    {"E2BIG", E2BIG}, {"EACCES", EACCES}, {"EADDRINUSE", EADDRINUSE}, {"EADDRNOTAVAIL", EADDRNOTAVAIL},
    {"EADV", EADV}, {"EAFNOSUPPORT", EAFNOSUPPORT}, {"EAGAIN", EAGAIN}, {"EALREADY", EALREADY}, {"EBADE", EBADE},
    {"EBADF", EBADF}, {"EBADFD", EBADFD}, {"EBADMSG", EBADMSG}, {"EBADR", EBADR}, {"EBADRQC", EBADRQC},
    {"EBADSLT", EBADSLT}, {"EBFONT", EBFONT}, {"EBUSY", EBUSY}, {"ECANCELED", ECANCELED}, {"ECHILD", ECHILD},
    {"ECHRNG", ECHRNG}, {"ECOMM", ECOMM}, {"ECONNABORTED", ECONNABORTED}, {"ECONNREFUSED", ECONNREFUSED},
    {"ECONNRESET", ECONNRESET}, {"EDEADLK", EDEADLK}, {"EDEADLOCK", EDEADLOCK}, {"EDESTADDRREQ", EDESTADDRREQ},
    {"EDOM", EDOM}, {"EDOTDOT", EDOTDOT}, {"EDQUOT", EDQUOT}, {"EEXIST", EEXIST}, {"EFAULT", EFAULT},
    {"EFBIG", EFBIG}, {"EHOSTDOWN", EHOSTDOWN}, {"EHOSTUNREACH", EHOSTUNREACH}, {"EHWPOISON", EHWPOISON},
    {"EIDRM", EIDRM}, {"EILSEQ", EILSEQ}, {"EINPROGRESS", EINPROGRESS}, {"EINTR", EINTR}, {"EINVAL", EINVAL},
    {"EIO", EIO}, {"EISCONN", EISCONN}, {"EISDIR", EISDIR}, {"EISNAM", EISNAM}, {"EKEYEXPIRED", EKEYEXPIRED},
    {"EKEYREJECTED", EKEYREJECTED}, {"EKEYREVOKED", EKEYREVOKED}, {"EL2HLT", EL2HLT}, {"EL2NSYNC", EL2NSYNC},
    {"EL3HLT", EL3HLT}, {"EL3RST", EL3RST}, {"ELIBACC", ELIBACC}, {"ELIBBAD", ELIBBAD}, {"ELIBEXEC", ELIBEXEC},
    {"ELIBMAX", ELIBMAX}, {"ELIBSCN", ELIBSCN}, {"ELNRNG", ELNRNG}, {"ELOOP", ELOOP}, {"EMEDIUMTYPE", EMEDIUMTYPE},
    {"EMFILE", EMFILE}, {"EMLINK", EMLINK}, {"EMSGSIZE", EMSGSIZE}, {"EMULTIHOP", EMULTIHOP},
    {"ENAMETOOLONG", ENAMETOOLONG}, {"ENAVAIL", ENAVAIL}, {"ENETDOWN", ENETDOWN}, {"ENETRESET", ENETRESET},
    {"ENETUNREACH", ENETUNREACH}, {"ENFILE", ENFILE}, {"ENOANO", ENOANO}, {"ENOBUFS", ENOBUFS}, {"ENOCSI", ENOCSI},
    {"ENODATA", ENODATA}, {"ENODEV", ENODEV}, {"ENOENT", ENOENT}, {"ENOEXEC", ENOEXEC}, {"ENOKEY", ENOKEY},
    {"ENOLCK", ENOLCK}, {"ENOLINK", ENOLINK}, {"ENOMEDIUM", ENOMEDIUM}, {"ENOMEM", ENOMEM}, {"ENOMSG", ENOMSG},
    {"ENONET", ENONET}, {"ENOPKG", ENOPKG}, {"ENOPROTOOPT", ENOPROTOOPT}, {"ENOSPC", ENOSPC}, {"ENOSR", ENOSR},
    {"ENOSTR", ENOSTR}, {"ENOSYS", ENOSYS}, {"ENOTBLK", ENOTBLK}, {"ENOTCONN", ENOTCONN}, {"ENOTDIR", ENOTDIR},
    {"ENOTEMPTY", ENOTEMPTY}, {"ENOTNAM", ENOTNAM}, {"ENOTRECOVERABLE", ENOTRECOVERABLE}, {"ENOTSOCK", ENOTSOCK},
    {"ENOTSUP", ENOTSUP}, {"ENOTTY", ENOTTY}, {"ENOTUNIQ", ENOTUNIQ}, {"ENXIO", ENXIO}, {"EOPNOTSUPP", EOPNOTSUPP},
    {"EOVERFLOW", EOVERFLOW}, {"EOWNERDEAD", EOWNERDEAD}, {"EPERM", EPERM}, {"EPFNOSUPPORT", EPFNOSUPPORT},
    {"EPIPE", EPIPE}, {"EPROTO", EPROTO}, {"EPROTONOSUPPORT", EPROTONOSUPPORT}, {"EPROTOTYPE", EPROTOTYPE},
    {"ERANGE", ERANGE}, {"EREMCHG", EREMCHG}, {"EREMOTE", EREMOTE}, {"EREMOTEIO", EREMOTEIO}, {"ERESTART", ERESTART},
    {"ERFKILL", ERFKILL}, {"EROFS", EROFS}, {"ESHUTDOWN", ESHUTDOWN}, {"ESOCKTNOSUPPORT", ESOCKTNOSUPPORT},
    {"ESPIPE", ESPIPE}, {"ESRCH", ESRCH}, {"ESRMNT", ESRMNT}, {"ESTALE", ESTALE}, {"ESTRPIPE", ESTRPIPE},
    {"ETIME", ETIME}, {"ETIMEDOUT", ETIMEDOUT}, {"ETOOMANYREFS", ETOOMANYREFS}, {"ETXTBSY", ETXTBSY},
    {"EUCLEAN", EUCLEAN}, {"EUNATCH", EUNATCH}, {"EUSERS", EUSERS}, {"EWOULDBLOCK", EWOULDBLOCK}, {"EXDEV", EXDEV},
    {"EXFULL", EXFULL},
};

template <class T>
std::optional<T> whole(std::string_view text) {
  T value{};
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc{} || end != text.data() + text.size()) return std::nullopt;
  return value;
}

std::optional<double> microseconds_of(std::string_view text) {
  const std::size_t digits = std::min(text.find_first_not_of("0123456789."), text.size());
  double amount = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + digits, amount, std::chars_format::fixed);
  const auto unit = std::ranges::find(kUnits, text.substr(digits), &Unit::name);
  if (digits == 0 || error != std::errc{} || end != text.data() + digits || unit == std::end(kUnits)) return std::nullopt;
  return amount * unit->microseconds;
}

std::chrono::microseconds rounded(double microseconds) { return std::chrono::microseconds(static_cast<std::int64_t>(microseconds + 0.5)); }

}  // namespace

std::optional<std::chrono::microseconds> read_duration(const Node& node, std::string_view key, Diagnostics& problems) {
  const std::string* text = node.text();
  if (!text) return std::nullopt;  // of the wrong kind: check_keys has said so
  const std::optional<double> amount = microseconds_of(*text);
  if (!amount) {
    refuse(problems, node, fmt::format("'{}' is no duration for '{}'", *text, key), "a number and its unit: \"500us\", \"20ms\", \"2s\", \"1m\", \"1h\"");
    return std::nullopt;
  }
  if (*amount > kLongest) {
    refuse(problems, node, fmt::format("'{}' for '{}' is longer than a year", *text, key));
    return std::nullopt;
  }
  return rounded(*amount);
}

std::optional<std::chrono::microseconds> duration_of(std::string_view text) {
  const std::optional<double> amount = microseconds_of(text);
  return amount && *amount <= kLongest ? std::optional(rounded(*amount)) : std::nullopt;
}

std::optional<Count> read_times(const Node& node, Diagnostics& problems) {
  const auto refused = [&](std::string what) {
    refuse(problems, node, std::move(what), "3 for exactly three, \"2..5\" for two to five, \"1..\" for one or more");
    return std::nullopt;
  };
  if (const std::int64_t* number = node.integer()) {
    if (*number < 1) return refused(fmt::format("times = {} would never let the call happen", *number));
    return Count{static_cast<std::uint64_t>(*number), static_cast<std::uint64_t>(*number)};
  }
  const std::string* text = node.text();
  if (!text) return std::nullopt;
  const std::size_t dots = text->find("..");
  const std::string_view low = std::string_view(*text).substr(0, std::min(dots, text->size()));
  const std::string_view high = dots == std::string::npos ? low : std::string_view(*text).substr(dots + 2);
  const auto min = whole<std::uint64_t>(low);
  const auto max = high.empty() ? std::optional(Count::kNoLimit) : whole<std::uint64_t>(high);
  if (!min || !max) return refused(fmt::format("'{}' is no count", *text));
  if (*max == 0) return refused(fmt::format("times = \"{}\" would never let the call happen", *text));
  if (*min > *max) return refused(fmt::format("'{}' counts down", *text));
  return Count{*min, *max};
}

std::optional<int> read_errno(const Node& node, Diagnostics& problems) {
  const std::string* text = node.text();
  if (!text) return std::nullopt;
  const auto found = std::ranges::find(kErrors, *text, &ErrorName::name);
  if (found != std::end(kErrors)) return found->code;
  refuse(problems, node, fmt::format("'{}' is no error name", *text),
         did_you_mean(*text, errno_names(), "as in errno(3): ECONNREFUSED, ETIMEDOUT, EHOSTUNREACH, ECONNRESET, ENOENT ..."));
  return std::nullopt;
}

const std::vector<std::string_view>& errno_names() {
  static const std::vector<std::string_view> kNames = [] {
    std::vector<std::string_view> names;
    for (const ErrorName& error : kErrors) names.push_back(error.name);
    return names;
  }();
  return kNames;
}

}  // namespace bigfoot
