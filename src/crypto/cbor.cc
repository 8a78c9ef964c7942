#include "crypto/cbor.h"

#include <limits>

#include "base/limits_sign_in.h"
#include "base/text.h"

namespace qianxian::crypto {
namespace {

// RFC 8949 §3.1, the major types.
enum : unsigned { kUnsigned = 0, kNegative = 1, kByteString = 2, kTextString = 3, kArray = 4, kMap = 5, kSimple = 7 };

Error Bad(std::string why) { return Invalid("bad-cbor", "this is no CBOR of an authenticator: " + why, "不是认证器的 CBOR 数据：" + why); }

class Reader {
 public:
  explicit Reader(std::string_view bytes) : bytes_(bytes) {}
  size_t position() const { return position_; }

  Result<Cbor> Next(int depth) {
    if (depth > limits::kCborDepth) return Bad("it is nested too deeply");
    if (++items_ > limits::kCborItems) return Bad("it has too many items");
    QX_TRY(const Head head, TakeHead());
    switch (head.major) {
      case kUnsigned:
      case kNegative: return IntegerOf(head);
      case kByteString:
      case kTextString: return StringOf(head);
      case kArray:
      case kMap: return ItemsOf(head, depth);
      case kSimple: return SimpleOf(head);
      default: return Bad("it has a tag");
    }
  }

 private:
  struct Head {
    unsigned major = 0, information = 0;
    uint64_t argument = 0;
  };

  Result<Head> TakeHead() {
    if (position_ >= bytes_.size()) return Bad("it ends too early");
    const auto first = static_cast<unsigned char>(bytes_[position_++]);
    Head head{static_cast<unsigned>(first >> 5), first & 31u, first & 31u};
    if (head.information < 24) return head;
    if (head.information > 27) return Bad("a length is left open");
    const size_t size = size_t{1} << (head.information - 24);
    if (bytes_.size() - position_ < size) return Bad("it ends too early");
    head.argument = 0;
    for (size_t i = 0; i < size; ++i) head.argument = head.argument << 8 | static_cast<unsigned char>(bytes_[position_++]);
    return head;
  }

  static Result<Cbor> IntegerOf(const Head& head) {
    if (head.argument > static_cast<uint64_t>(std::numeric_limits<int64_t>::max())) return Bad("a number is too big");
    const auto number = static_cast<int64_t>(head.argument);
    Cbor value;
    value.kind = Cbor::Kind::kInteger;
    value.integer = head.major == kUnsigned ? number : -1 - number;
    return value;
  }

  Result<Cbor> StringOf(const Head& head) {
    if (head.argument > bytes_.size() - position_) return Bad("it ends too early");
    Cbor value;
    value.kind = head.major == kByteString ? Cbor::Kind::kBytes : Cbor::Kind::kText;
    value.bytes = bytes_.substr(position_, head.argument);
    position_ += head.argument;
    if (value.kind == Cbor::Kind::kText && !IsValidUtf8(value.bytes)) return Bad("a text is no UTF-8");
    return value;
  }

  // Nothing is set aside for a count that was only said: each item has to come.
  Result<Cbor> ItemsOf(const Head& head, int depth) {
    const bool is_map = head.major == kMap;
    if (head.argument > limits::kCborItems) return Bad("it has too many items");
    Cbor value;
    value.kind = is_map ? Cbor::Kind::kMap : Cbor::Kind::kList;
    const uint64_t count = is_map ? head.argument * 2 : head.argument;
    for (uint64_t i = 0; i < count; ++i) {
      QX_TRY(Cbor item, Next(depth + 1));
      if (is_map && i % 2 == 0) {
        if (item.kind != Cbor::Kind::kInteger && item.kind != Cbor::Kind::kText) return Bad("a key is neither a number nor a text");
        const bool again = item.kind == Cbor::Kind::kInteger ? value.Find(item.integer) != nullptr : value.Find(std::string_view(item.bytes)) != nullptr;
        if (again) return Bad("a key is there twice");
      }
      value.items.push_back(std::move(item));
    }
    return value;
  }

  static Result<Cbor> SimpleOf(const Head& head) {
    constexpr unsigned kFalse = 20, kTrue = 21, kNull = 22;
    Cbor value;
    if (head.information == kNull) return value;
    if (head.information != kFalse && head.information != kTrue) return Bad("it has a fraction, or a value without a meaning");
    value.kind = Cbor::Kind::kBoolean;
    value.integer = head.information == kTrue ? 1 : 0;
    return value;
  }

  std::string_view bytes_;
  size_t position_ = 0;
  size_t items_ = 0;
};

template <typename IsKey>
const Cbor* FindBy(const Cbor& map, const IsKey& is_key) {
  if (!map.IsMap()) return nullptr;
  for (size_t i = 0; i + 1 < map.items.size(); i += 2) {
    if (is_key(map.items[i])) return &map.items[i + 1];
  }
  return nullptr;
}

const std::string* BytesOf(const Cbor* value) { return value && value->kind == Cbor::Kind::kBytes ? &value->bytes : nullptr; }

}  // namespace

const Cbor* Cbor::Find(int64_t key) const {
  return FindBy(*this, [&](const Cbor& each) { return each.kind == Kind::kInteger && each.integer == key; });
}

const Cbor* Cbor::Find(std::string_view key) const {
  return FindBy(*this, [&](const Cbor& each) { return each.kind == Kind::kText && each.bytes == key; });
}

const std::string* Cbor::FindBytes(int64_t key) const { return BytesOf(Find(key)); }
const std::string* Cbor::FindBytes(std::string_view key) const { return BytesOf(Find(key)); }

Result<CborItem> ReadCbor(std::string_view bytes) {
  if (bytes.size() > limits::kCborBytes) return Bad("it is too long");
  Reader reader(bytes);
  CborItem item;
  QX_TRY(item.value, reader.Next(1));
  item.size = reader.position();
  return item;
}

Result<Cbor> ReadWholeCbor(std::string_view bytes) {
  QX_TRY(CborItem item, ReadCbor(bytes));
  if (item.size != bytes.size()) return Bad("something follows it");
  return std::move(item.value);
}

}  // namespace qianxian::crypto
