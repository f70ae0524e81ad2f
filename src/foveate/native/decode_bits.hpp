// Bits of an entropy-coded segment, and the Huffman codes in them.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <stdexcept>

namespace foveate {

[[noreturn]] inline void damaged(const char* what) { throw std::invalid_argument(what); }

// A table of DHT, ready to decode (T.81 F.2.2.3).
class DecodingTable {
 public:
  // `counts`: codes of each length from 1 to 16; `symbols`: as many as these are in all.
  DecodingTable(const std::uint8_t* counts, const std::uint8_t* symbols) {
    int code = 0, n = 0;
    for (int length = 1; length <= 16; ++length) {
      const int count = counts[length - 1];
      offset_[length] = n - code;
      for (int i = 0; i < count; ++i, ++n, ++code) {
        symbols_[static_cast<std::size_t>(n)] = symbols[n];
        if (length > kQuick) continue;
        const int first = code << (kQuick - length);
        for (int j = 0; j < 1 << (kQuick - length); ++j)
          if (first + j < 1 << kQuick)
            quick_[static_cast<std::size_t>(first + j)] =
                static_cast<std::uint16_t>((length << 8) | symbols[n]);
      }
      // The code of all ones is no code (T.81 C.1).
      if (count > 0 && code >= 1 << length) damaged("a Huffman table has more codes than there are");
      end_[length] = code;
      code <<= 1;
    }
  }

  static constexpr int kQuick = 9;

  std::array<std::uint16_t, 1 << kQuick> quick_{};  // length << 8 | symbol; 0: a longer code
  int end_[17] = {};     // the first number that is no code of this length or a shorter one
  int offset_[17] = {};  // from a code of this length to its symbol's place
  std::array<std::uint8_t, 256> symbols_{};
};

// Takes the zeros after 0xFF away, and stops before a marker or the end of the file. Beyond there
// it gives zeros, and `check` finds out whether any of them was taken.
class BitReader {
 public:
  BitReader(const std::uint8_t* at, const std::uint8_t* end) : at_(at), end_(end) {}

  int bit() { return static_cast<int>(bits(1)); }

  // At most 16.
  unsigned bits(int count) {
    if (count == 0) return 0;
    if (filled_ < count) fill();
    filled_ -= count;
    return static_cast<unsigned>(buffer_ >> filled_) & ((1u << count) - 1u);
  }

  int symbol(const DecodingTable& table) {
    if (filled_ < 16) fill();
    const unsigned next = static_cast<unsigned>(buffer_ >> (filled_ - 16)) & 0xFFFFu;
    const std::uint16_t quick = table.quick_[next >> (16 - DecodingTable::kQuick)];
    if (quick != 0) {
      filled_ -= quick >> 8;
      return quick & 0xFF;
    }
    for (int length = DecodingTable::kQuick + 1; length <= 16; ++length) {
      const int code = static_cast<int>(next >> (16 - length));
      if (code >= table.end_[length]) continue;
      filled_ -= length;
      return table.symbols_[static_cast<std::size_t>(code + table.offset_[length])];
    }
    damaged("its coded data hold bits that are no code");
  }

  // The number that `size` bits stand for (T.81 figure F.12); size is 0 to 15.
  int extended(int size) {
    if (size == 0) return 0;
    const int value = static_cast<int>(bits(size));
    return value < 1 << (size - 1) ? value - (1 << size) + 1 : value;
  }

  void check() const {
    if (filled_ < beyond_) damaged("its coded data end too early");
  }

  // Where the marker is that follows the coded bytes, after any bytes more; `end` where there is
  // none. Bits that were not taken are lost.
  const std::uint8_t* marker() {
    filled_ = beyond_ = 0;
    while (at_ < end_) {
      if (*at_ == 0xFF) {
        const std::uint8_t* behind = at_ + 1;
        while (behind < end_ && *behind == 0xFF) ++behind;
        if (behind == end_) break;
        if (*behind != 0) return behind - 1;
        at_ = behind;
      }
      ++at_;
    }
    at_ = end_;
    return end_;
  }

  // Goes on behind what follows a marker.
  void resume(const std::uint8_t* at) { at_ = at; }

 private:
  void fill() {
    while (filled_ <= 48) {
      unsigned byte = 0;
      if (!next(byte)) beyond_ += 8;
      buffer_ = (buffer_ << 8) | byte;
      filled_ += 8;
    }
    // More than the buffer holds need not be told apart.
    if (beyond_ > 64) check();
  }

  // False at a marker, and at the end.
  bool next(unsigned& byte) {
    if (at_ >= end_) return false;
    if (*at_ != 0xFF) {
      byte = *at_++;
      return true;
    }
    const std::uint8_t* behind = at_ + 1;
    while (behind < end_ && *behind == 0xFF) ++behind;  // fill bytes, B.1.1.2
    if (behind >= end_ || *behind != 0) return false;
    at_ = behind + 1;
    byte = 0xFF;
    return true;
  }

  const std::uint8_t* at_;
  const std::uint8_t* end_;
  std::uint64_t buffer_ = 0;
  int filled_ = 0;
  int beyond_ = 0;  // of the bits in the buffer, the last so many are none of the file's
};

}  // namespace foveate
