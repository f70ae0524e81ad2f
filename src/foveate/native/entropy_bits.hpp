// Symbols to bits, and bits to the bytes of an entropy-coded segment.
#pragma once

#include <cstdint>
#include <cstring>
#include <stdexcept>
#include <utility>
#include <vector>

#include "compilers.hpp"
#include "scans.hpp"

namespace foveate {

inline void store_word(std::uint64_t word, std::uint8_t* out) {
  word = big_endian(word);
  std::memcpy(out, &word, sizeof word);
}

inline std::uint64_t load_word(const std::uint8_t* in) {
  std::uint64_t word;
  std::memcpy(&word, in, sizeof word);
  return big_endian(word);
}

// Bits without stuffing: where bytes begin is not known before what comes first.
struct Bits {
  std::vector<std::uint8_t> bytes;
  std::size_t count = 0;  // of whole bytes; `bytes` may be longer
  unsigned rest = 0;      // the bits after them
  int rest_count = 0;
};

// Keeps its own copies of what it changes: stored bytes could be anything's, so what lies behind a
// reference would be read again after each.
class BitSink {
 public:
  BitSink(const ScanTables& tables, Bits& out) : out_(out) {
    for (std::size_t slot = 0; slot < kSlots; ++slot)
      for (std::size_t s = 0; s < 256; ++s)
        codes_[slot][s] = {tables[slot].code[s], tables[slot].length[s]};
    next_ = grown(out_, 0);
    limit_ = out_.bytes.data() + out_.bytes.size() - 8;
  }
  ~BitSink() {
    out_.count = static_cast<std::size_t>(next_ - out_.bytes.data());
    out_.rest = static_cast<unsigned>(buffer_) & ((1u << filled_) - 1);
    out_.rest_count = filled_;
  }
  BitSink(const BitSink&) = delete;
  BitSink& operator=(const BitSink&) = delete;

  FOVEATE_INLINE void symbol(int slot, int symbol, unsigned value, int count) {
    const Code code = codes_[slot][symbol];
    if (code.length == 0) throw std::invalid_argument("a symbol that occurs has no code");
    // At most 16 bits and 14 more.
    bits((static_cast<unsigned>(code.code) << count) | (value & ((1u << count) - 1u)),
         code.length + count);
  }
  FOVEATE_INLINE void bits(unsigned value, int count) {
    buffer_ = (buffer_ << count) | (value & ((std::uint64_t{1} << count) - 1));
    filled_ += count;
    // All of them are written, and the whole bytes kept: quicker than to ask how many there are.
    store_word(buffer_ << (64 - filled_), next_);
    next_ += filled_ >> 3;
    filled_ &= 7;
    if (next_ > limit_) {
      next_ = grown(out_, static_cast<std::size_t>(next_ - out_.bytes.data()));
      limit_ = out_.bytes.data() + out_.bytes.size() - 8;
    }
  }
  void eob_block() {}

 private:
  struct Code {
    std::uint16_t code;
    std::uint16_t length;
  };

  // Room for more after the first `count` bytes.
  FOVEATE_NOINLINE static std::uint8_t* grown(Bits& out, std::size_t count) {
    out.bytes.resize(2 * out.bytes.size() + 4096);
    return out.bytes.data() + count;
  }

  Code codes_[kSlots][256];
  Bits& out_;
  std::uint8_t* next_;
  std::uint8_t* limit_;  // the last place where a word can be stored
  std::uint64_t buffer_ = 0;
  int filled_ = 0;  // bits of the buffer that do not fill a byte yet
};

// Entropy-coded bytes with the zeros that follow each 0xFF.
class Stuffing {
 public:
  explicit Stuffing(std::size_t expected) { out_.reserve(expected + expected / 64 + 16); }

  void bits(unsigned value, int count) {
    buffer_ = (buffer_ << count) | value;
    for (filled_ += count; filled_ >= 8;) {
      filled_ -= 8;
      byte(static_cast<std::uint8_t>(buffer_ >> filled_));
    }
  }
  void bytes(const std::uint8_t* in, std::size_t count) {
    std::size_t i = 0;
    for (; i + 8 <= count; i += 8) {
      const std::uint64_t word = load_word(in + i);
      const std::uint64_t shifted =
          filled_ == 0 ? word : (buffer_ << (64 - filled_)) | (word >> filled_);
      buffer_ = word;
      // No byte of it is 0xFF where no byte of its complement is zero.
      constexpr std::uint64_t kOnes = 0x0101010101010101u;
      if (((~shifted - kOnes) & shifted & (kOnes << 7)) == 0) {
        std::uint8_t eight[8];
        store_word(shifted, eight);
        out_.insert(out_.end(), eight, eight + 8);
      } else {
        for (int shift = 56; shift >= 0; shift -= 8)
          byte(static_cast<std::uint8_t>(shifted >> shift));
      }
    }
    for (; i < count; ++i) bits(in[i], 8);
  }
  std::vector<std::uint8_t> padded() {
    if (filled_ > 0) bits(0xFFu >> filled_, 8 - filled_);
    return std::move(out_);
  }

 private:
  void byte(std::uint8_t value) {
    out_.push_back(value);
    if (value == 0xFF) out_.push_back(0);
  }

  std::vector<std::uint8_t> out_;
  std::uint64_t buffer_ = 0;  // of which the lowest `filled_` bits, below 8, are not written
  int filled_ = 0;
};

// Bits one after the other, stuffed and padded with ones (B.1.1.5, F.1.2.3).
inline std::vector<std::uint8_t> stuffed(const Bits* first, const Bits* end) {
  std::size_t size = 0;
  for (const Bits* part = first; part < end; ++part) size += part->count + 1;
  Stuffing out(size);
  for (const Bits* part = first; part < end; ++part) {
    out.bytes(part->bytes.data(), part->count);
    out.bits(part->rest, part->rest_count);
  }
  return out.padded();
}

}  // namespace foveate
