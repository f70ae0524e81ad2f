#include "scans.hpp"

#include <algorithm>
#include <cstring>
#include <stdexcept>

#include "parallel.hpp"
#include "scan_coders.hpp"

namespace foveate {
namespace {

struct CountingSink {
  ScanStatistics& statistics;
  void symbol(int slot, int symbol, unsigned, int count) {
    ++statistics.counts[slot][static_cast<std::size_t>(symbol)];
    statistics.extra_bits += count;
  }
  void bits(unsigned, int count) { statistics.extra_bits += count; }
  void eob_block() { ++statistics.eob_blocks; }
};

inline void store_word(std::uint64_t word, std::uint8_t* out) {
#if __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__
  word = __builtin_bswap64(word);
#endif
  std::memcpy(out, &word, sizeof word);
}

inline std::uint64_t load_word(const std::uint8_t* in) {
  std::uint64_t word;
  std::memcpy(&word, in, sizeof word);
#if __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__
  word = __builtin_bswap64(word);
#endif
  return word;
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

  __attribute__((always_inline)) void symbol(int slot, int symbol, unsigned value, int count) {
    const Code code = codes_[slot][symbol];
    if (code.length == 0) throw std::invalid_argument("a symbol that occurs has no code");
    // At most 16 bits and 14 more.
    bits((static_cast<unsigned>(code.code) << count) | (value & ((1u << count) - 1u)),
         code.length + count);
  }
  __attribute__((always_inline)) void bits(unsigned value, int count) {
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
  __attribute__((noinline)) static std::uint8_t* grown(Bits& out, std::size_t count) {
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
std::vector<std::uint8_t> stuffed(const Bits* first, const Bits* end) {
  std::size_t size = 0;
  for (const Bits* part = first; part < end; ++part) size += part->count + 1;
  Stuffing out(size);
  for (const Bits* part = first; part < end; ++part) {
    out.bytes(part->bytes.data(), part->count);
    out.bits(part->rest, part->rest_count);
  }
  return out.padded();
}

constexpr int kPartRows = 32;

// A piece of a scan that can be coded by itself: rows of blocks where the scan has one component,
// rows of MCUs where it has several.
struct Part {
  std::size_t scan;
  int first;
  int end;
  bool ends_scan;
};

std::vector<Part> parts_of(const Quantised& picture, const std::vector<Scan>& scans) {
  std::vector<Part> parts;
  for (std::size_t s = 0; s < scans.size(); ++s) {
    const Scan& scan = scans[s];
    const Levels& grid = picture.components[static_cast<std::size_t>(scan.components[0])];
    const int rows = scan.components.size() == 1
                         ? grid.used_rows
                         : picture.components[0].rows / picture.sampling[0].v;
    // Correction bits wait for the end of their EOB run: such a scan stays whole.
    const int step = scan.refines() ? rows : kPartRows;
    for (int row = 0; row < rows; row += step)
      parts.push_back({s, row, std::min(row + step, rows), row + step >= rows});
  }
  return parts;
}

// How many blocks that ended early wait to be written before a row of a first AC scan.
int waiting_eobs(const Levels& grid, const Scan& scan, int row) {
  int run = 0;
  for (int r = row - 1; r >= 0; --r)
    for (int col = grid.used_cols - 1; col >= 0; --col) {
      const std::int16_t* levels = grid.block(r, col);
      int last = scan.last;
      while (last >= scan.first && magnitude(levels[last]) >> scan.low == 0) --last;
      if (last < scan.last) ++run;
      if (last >= scan.first) return run % kLongestEobRun;
    }
  return run % kLongestEobRun;
}

CoderState state_before(const Quantised& picture, const Scan& scan, int row) {
  CoderState state;
  if (row == 0) return state;
  for (const int c : scan.components) {
    const auto i = static_cast<std::size_t>(c);
    const Levels& grid = picture.components[i];
    const bool alone = scan.components.size() == 1;
    const int last_row = alone ? row - 1 : row * picture.sampling[i].v - 1;
    const int last_col = (alone ? grid.used_cols : grid.cols) - 1;
    state.predictors[i] = grid.block(last_row, last_col)[0] >> scan.low;
  }
  if (picture.progressive && scan.first > 0 && !scan.refines())
    state.eob_run =
        waiting_eobs(picture.components[static_cast<std::size_t>(scan.components[0])], scan, row);
  return state;
}

// Visits blocks in coding order: MCU by MCU for several components, row by row for one (A.2).
template <class Coder>
void visit(const Quantised& picture, const Scan& scan, const Part& part, Coder& coder) {
  if (scan.components.size() == 1) {
    const int c = scan.components[0];
    const Levels& grid = picture.components[static_cast<std::size_t>(c)];
    for (int row = part.first; row < part.end; ++row)
      for (int col = 0; col < grid.used_cols; ++col) coder.block(c, grid.block(row, col));
    return;
  }
  const int mcu_cols = picture.components[0].cols / picture.sampling[0].h;
  for (int mcu_row = part.first; mcu_row < part.end; ++mcu_row)
    for (int mcu_col = 0; mcu_col < mcu_cols; ++mcu_col)
      for (const int c : scan.components) {
        const auto i = static_cast<std::size_t>(c);
        const Sampling own = picture.sampling[i];
        for (int v = 0; v < own.v; ++v)
          for (int h = 0; h < own.h; ++h)
            coder.block(c, picture.components[i].block(mcu_row * own.v + v, mcu_col * own.h + h));
      }
}

template <template <class> class Coder, class Sink>
void run(const Quantised& picture, const Scan& scan, const Part& part, Sink& sink) {
  Coder<Sink> coder(scan, state_before(picture, scan, part.first), sink);
  visit(picture, scan, part, coder);
  if (part.ends_scan) coder.finish();
}

template <class Sink>
void code_part(const Quantised& picture, const Scan& scan, const Part& part, Sink& sink) {
  if (!picture.progressive)
    run<SequentialCoder>(picture, scan, part, sink);
  else if (scan.first == 0)
    run<DcCoder>(picture, scan, part, sink);
  else if (scan.refines())
    run<AcRefineCoder>(picture, scan, part, sink);
  else
    run<AcFirstCoder>(picture, scan, part, sink);
}

}  // namespace

std::vector<ScanStatistics> scan_statistics(const Quantised& picture,
                                            const std::vector<Scan>& scans, int threads) {
  const std::vector<Part> parts = parts_of(picture, scans);
  std::vector<ScanStatistics> counted(parts.size());
  parallel_for(static_cast<int>(parts.size()), threads, [&](int n) {
    const auto i = static_cast<std::size_t>(n);
    CountingSink sink{counted[i]};
    code_part(picture, scans[parts[i].scan], parts[i], sink);
  });
  std::vector<ScanStatistics> total(scans.size());
  for (std::size_t i = 0; i < parts.size(); ++i) {
    ScanStatistics& sum = total[parts[i].scan];
    for (int slot = 0; slot < kSlots; ++slot)
      for (std::size_t s = 0; s < 256; ++s) sum.counts[slot][s] += counted[i].counts[slot][s];
    sum.extra_bits += counted[i].extra_bits;
    sum.eob_blocks += counted[i].eob_blocks;
  }
  return total;
}

std::vector<std::vector<std::uint8_t>> encode_scans(const Quantised& picture,
                                                    const std::vector<Scan>& scans,
                                                    const std::vector<ScanTables>& tables,
                                                    int threads) {
  const std::vector<Part> parts = parts_of(picture, scans);
  std::vector<Bits> coded(parts.size());
  parallel_for(static_cast<int>(parts.size()), threads, [&](int n) {
    const auto i = static_cast<std::size_t>(n);
    BitSink sink(tables[parts[i].scan], coded[i]);
    code_part(picture, scans[parts[i].scan], parts[i], sink);
  });
  std::vector<std::vector<std::uint8_t>> segments(scans.size());
  parallel_for(static_cast<int>(scans.size()), threads, [&](int s) {
    const auto of_scan = [&](const Part& part) { return part.scan == static_cast<std::size_t>(s); };
    const auto first = std::find_if(parts.begin(), parts.end(), of_scan) - parts.begin();
    const auto count = std::count_if(parts.begin(), parts.end(), of_scan);
    segments[static_cast<std::size_t>(s)] =
        stuffed(coded.data() + first, coded.data() + first + count);
  });
  return segments;
}

}  // namespace foveate
