// Result<T>: a value, or an Error that says why there is none. Nothing in this program throws across a folder.
//
// Error has one of nine categories (the only thing a caller may branch on), a stable code for machines, and one
// message in each language for people. api/outcome.cc is the only place that turns a category into an HTTP status.
#pragma once

#include <optional>
#include <string>
#include <utility>
#include <variant>

#include "base/check.h"

namespace qianxian {

enum class ErrorCategory {
  kInvalid,          // the caller's input is wrong; sending it again will not help
  kNotFound,         // there is no such thing, or it is deleted (code "deleted")
  kConflict,         // it changed meanwhile (If-Match), or a rule between two things is broken
  kForbidden,        // you are known, but this is not yours
  kUnauthenticated,  // who are you?
  kUnsupported,      // a right request for something that we do not do
  kBusy,             // try again later: too much work, or the thing is locked
  kUnavailable,      // something that we need is missing or broken: a disk, a file, another system
  kFault,            // a bug of ours
};

struct Error {
  ErrorCategory category = ErrorCategory::kFault;
  std::string code;  // short, stable, kebab-case: "bad-date", "unknown-parameter"
  std::string zh;    // for people; empty: use en
  std::string en;
};

std::string_view Name(ErrorCategory category);
// "invalid bad-date: …", for logs and the command line.
std::string Describe(const Error& error);

inline Error MakeError(ErrorCategory category, std::string code, std::string en, std::string zh = {}) {
  return Error{category, std::move(code), std::move(zh), std::move(en)};
}
inline Error Invalid(std::string code, std::string en, std::string zh = {}) {
  return MakeError(ErrorCategory::kInvalid, std::move(code), std::move(en), std::move(zh));
}
inline Error NotFound(std::string code, std::string en, std::string zh = {}) {
  return MakeError(ErrorCategory::kNotFound, std::move(code), std::move(en), std::move(zh));
}
inline Error Unavailable(std::string code, std::string en, std::string zh = {}) {
  return MakeError(ErrorCategory::kUnavailable, std::move(code), std::move(en), std::move(zh));
}
inline Error Fault(std::string code, std::string en, std::string zh = {}) {
  return MakeError(ErrorCategory::kFault, std::move(code), std::move(en), std::move(zh));
}

template <typename T>
class [[nodiscard]] Result {
 public:
  using value_type = T;
  Result(T value) : state_(std::in_place_index<0>, std::move(value)) {}        // NOLINT: implicit on purpose
  Result(Error error) : state_(std::in_place_index<1>, std::move(error)) {}    // NOLINT: implicit on purpose

  bool ok() const { return state_.index() == 0; }
  explicit operator bool() const { return ok(); }

  // The value; a CHECK failure if there is none.
  T& value() & { QX_CHECK(ok(), Describe(std::get<1>(state_))); return std::get<0>(state_); }
  const T& value() const& { QX_CHECK(ok(), Describe(std::get<1>(state_))); return std::get<0>(state_); }
  T&& value() && { QX_CHECK(ok(), Describe(std::get<1>(state_))); return std::get<0>(std::move(state_)); }
  T& operator*() & { return value(); }
  const T& operator*() const& { return value(); }
  T&& operator*() && { return std::move(*this).value(); }
  T* operator->() { return &value(); }
  const T* operator->() const { return &value(); }
  T value_or(T other) const& { return ok() ? std::get<0>(state_) : std::move(other); }

  const Error& error() const& { QX_CHECK(!ok(), "error() of a good Result"); return std::get<1>(state_); }
  Error&& error() && { QX_CHECK(!ok(), "error() of a good Result"); return std::get<1>(std::move(state_)); }

 private:
  std::variant<T, Error> state_;
};

// Result<void>: done, or why not.
struct Done {};
using Status = Result<Done>;
inline Status Ok() { return Done{}; }

}  // namespace qianxian

#define QX_CONCAT_INNER(a, b) a##b
#define QX_CONCAT(a, b) QX_CONCAT_INNER(a, b)
// QX_TRY(auto x, F()); — x is F's value, or this function returns F's error.
#define QX_TRY_INNER(tmp, decl, expr)              \
  auto tmp = (expr);                               \
  if (!tmp.ok()) return std::move(tmp).error();    \
  decl = std::move(tmp).value()
#define QX_TRY(decl, ...) QX_TRY_INNER(QX_CONCAT(qx_try_, __LINE__), decl, (__VA_ARGS__))
// QX_DO(F()); — the same where the value is not wanted.
#define QX_DO(...)                                                  \
  do {                                                              \
    auto qx_do_result = (__VA_ARGS__);                              \
    if (!qx_do_result.ok()) return std::move(qx_do_result).error(); \
  } while (false)
