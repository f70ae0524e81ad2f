#include "scans.hpp"

#include <cstdlib>

namespace foveate {
namespace {

constexpr int kZeroRun = 0xF0;
constexpr int kLongestEobRun = 0x7FFF;

// A sink takes `symbol(slot, symbol)` and `bits(value, count)` in the order of the stream.
struct CountingSink {
  ScanStatistics& statistics;
  void symbol(int slot, int symbol) { ++statistics.counts[slot][static_cast<std::size_t>(symbol)]; }
  void bits(unsigned, int count) { statistics.extra_bits += count; }
  void eob_block() { ++statistics.eob_blocks; }
};

class BitSink {
 public:
  BitSink(const HuffmanTable (&tables)[kSlots], std::vector<std::uint8_t>& out)
      : tables_(tables), out_(out) {}

  void symbol(int slot, int symbol) {
    const auto s = static_cast<std::size_t>(symbol);
    bits(tables_[slot].code[s], tables_[slot].length[s]);
  }
  void bits(unsigned value, int count) {
    buffer_ = (buffer_ << count) | (value & ((1u << count) - 1u));
    filled_ += count;
    while (filled_ >= 8) {
      filled_ -= 8;
      const auto byte = static_cast<std::uint8_t>(buffer_ >> filled_);
      out_.push_back(byte);
      if (byte == 0xFF) out_.push_back(0);
    }
  }
  void eob_block() {}
  void finish() {
    if (filled_ > 0) bits(0xFF, 8 - filled_);
  }

 private:
  const HuffmanTable (&tables_)[kSlots];
  std::vector<std::uint8_t>& out_;
  std::uint64_t buffer_ = 0;
  int filled_ = 0;
};

// The magnitude bits that follow a size category: v itself, or its ones' complement below zero.
inline unsigned magnitude_bits(int v) { return static_cast<unsigned>(v < 0 ? v - 1 : v); }
inline unsigned magnitude(int v) { return static_cast<unsigned>(std::abs(v)); }

template <class Sink>
void code_dc(int level, int& predictor, int slot, Sink& sink) {
  const int difference = level - predictor;
  predictor = level;
  const int size = size_category(magnitude(difference));
  sink.symbol(slot, size);
  if (size > 0) sink.bits(magnitude_bits(difference), size);
}

template <class Sink>
void code_ac(int run, int level, int slot, Sink& sink) {
  for (; run > 15; run -= 16) sink.symbol(slot, kZeroRun);
  const int size = size_category(magnitude(level));
  sink.symbol(slot, (run << 4) | size);
  sink.bits(magnitude_bits(level), size);
}

// Sequential mode: a whole block, F.1.2.
template <class Sink>
class SequentialCoder {
 public:
  SequentialCoder(const Scan&, Sink& sink) : sink_(sink) {}
  void block(int component, const std::int16_t* levels) {
    code_dc(levels[0], predictors_[component], slot_of(component, false), sink_);
    const int slot = slot_of(component, true);
    int previous = 0;
    for_each_nonzero(levels, 1, kBlock - 1, [&](int k) {
      code_ac(k - previous - 1, levels[k], slot, sink_);
      previous = k;
    });
    if (previous < kBlock - 1) {
      sink_.symbol(slot, 0);
      sink_.eob_block();
    }
  }
  void finish() {}

 private:
  Sink& sink_;
  int predictors_[4] = {};
};

// Progressive DC, first and refining scans: G.1.2.1.
template <class Sink>
class DcCoder {
 public:
  DcCoder(const Scan& scan, Sink& sink) : scan_(scan), sink_(sink) {}
  void block(int component, const std::int16_t* levels) {
    const int level = levels[0] >> scan_.low;  // arithmetic: towards minus infinity, as G.1.2.1 asks
    if (scan_.refines())
      sink_.bits(static_cast<unsigned>(level) & 1u, 1);
    else
      code_dc(level, predictors_[component], slot_of(component, false), sink_);
  }
  void finish() {}

 private:
  const Scan& scan_;
  Sink& sink_;
  int predictors_[4] = {};
};

// A run of blocks that end early, written as one EOBn symbol: G.1.2.2. In refining scans the
// correction bits of the run's blocks follow it.
template <class Sink>
class EobRun {
 public:
  EobRun(int slot, Sink& sink) : slot_(slot), sink_(sink) {}
  void add_block(const std::vector<std::uint8_t>& corrections) {
    ++length_;
    sink_.eob_block();
    corrections_.insert(corrections_.end(), corrections.begin(), corrections.end());
    if (length_ == kLongestEobRun) flush();
  }
  void flush() {
    if (length_ == 0) return;
    const int bits = size_category(static_cast<unsigned>(length_)) - 1;
    sink_.symbol(slot_, bits << 4);
    if (bits > 0) sink_.bits(static_cast<unsigned>(length_), bits);
    length_ = 0;
    for (const std::uint8_t bit : corrections_) sink_.bits(bit, 1);
    corrections_.clear();
  }

 private:
  int slot_;
  Sink& sink_;
  int length_ = 0;
  std::vector<std::uint8_t> corrections_;
};

// Progressive AC, first scan: G.1.2.2.
template <class Sink>
class AcFirstCoder {
 public:
  AcFirstCoder(const Scan& scan, Sink& sink)
      : scan_(scan), slot_(slot_of(scan.components[0], true)), sink_(sink), eob_run_(slot_, sink) {}
  void block(int, const std::int16_t* levels) {
    int previous = scan_.first - 1;
    for_each_nonzero(levels, scan_.first, scan_.last, [&](int k) {
      const int shifted = static_cast<int>(magnitude(levels[k])) >> scan_.low;
      if (shifted == 0) return;
      eob_run_.flush();
      code_ac(k - previous - 1, levels[k] < 0 ? -shifted : shifted, slot_, sink_);
      previous = k;
    });
    if (previous < scan_.last) eob_run_.add_block({});
  }
  void finish() { eob_run_.flush(); }

 private:
  const Scan& scan_;
  int slot_;
  Sink& sink_;
  EobRun<Sink> eob_run_;
};

// Progressive AC, refining scan: G.1.2.3.
template <class Sink>
class AcRefineCoder {
 public:
  AcRefineCoder(const Scan& scan, Sink& sink)
      : scan_(scan), slot_(slot_of(scan.components[0], true)), sink_(sink), eob_run_(slot_, sink) {}
  void block(int, const std::int16_t* levels) {
    int last_new = scan_.first - 1;  // the last coefficient that becomes nonzero in this scan
    for (int k = scan_.first; k <= scan_.last; ++k)
      if (magnitude(levels[k]) >> scan_.low == 1) last_new = k;
    int run = 0;
    corrections_.clear();
    for (int k = scan_.first; k <= scan_.last; ++k) {
      const unsigned shifted = magnitude(levels[k]) >> scan_.low;
      if (shifted == 0) {
        ++run;
        continue;
      }
      while (run > 15 && k <= last_new) {
        eob_run_.flush();
        sink_.symbol(slot_, kZeroRun);
        run -= 16;
        write_corrections();
      }
      if (shifted > 1) {
        corrections_.push_back(static_cast<std::uint8_t>(shifted & 1u));
        continue;
      }
      eob_run_.flush();
      sink_.symbol(slot_, (run << 4) | 1);
      sink_.bits(levels[k] < 0 ? 0u : 1u, 1);
      write_corrections();
      run = 0;
    }
    if (run > 0 || !corrections_.empty()) eob_run_.add_block(corrections_);
  }
  void finish() { eob_run_.flush(); }

 private:
  void write_corrections() {
    for (const std::uint8_t bit : corrections_) sink_.bits(bit, 1);
    corrections_.clear();
  }

  const Scan& scan_;
  int slot_;
  Sink& sink_;
  EobRun<Sink> eob_run_;
  std::vector<std::uint8_t> corrections_;
};

// Visits blocks in coding order: MCU by MCU for several components, row by row for one (A.2).
template <class Coder>
void visit(const std::vector<Levels>& components, const std::vector<Sampling>& sampling,
           const Scan& scan, Coder& coder) {
  if (scan.components.size() == 1) {
    const int c = scan.components[0];
    const Levels& grid = components[static_cast<std::size_t>(c)];
    for (int row = 0; row < grid.used_rows; ++row)
      for (int col = 0; col < grid.used_cols; ++col) coder.block(c, grid.block(row, col));
    return;
  }
  const int mcu_rows = components[0].rows / sampling[0].v;
  const int mcu_cols = components[0].cols / sampling[0].h;
  for (int mcu_row = 0; mcu_row < mcu_rows; ++mcu_row)
    for (int mcu_col = 0; mcu_col < mcu_cols; ++mcu_col)
      for (const int c : scan.components) {
        const auto i = static_cast<std::size_t>(c);
        for (int v = 0; v < sampling[i].v; ++v)
          for (int h = 0; h < sampling[i].h; ++h)
            coder.block(c, components[i].block(mcu_row * sampling[i].v + v,
                                               mcu_col * sampling[i].h + h));
      }
}

template <template <class> class Coder, class Sink>
void run(const std::vector<Levels>& components, const std::vector<Sampling>& sampling,
         const Scan& scan, Sink& sink) {
  Coder<Sink> coder(scan, sink);
  visit(components, sampling, scan, coder);
  coder.finish();
}

template <class Sink>
void code_scan(const std::vector<Levels>& components, const std::vector<Sampling>& sampling,
               const Scan& scan, bool progressive, Sink& sink) {
  if (!progressive)
    run<SequentialCoder>(components, sampling, scan, sink);
  else if (scan.first == 0)
    run<DcCoder>(components, sampling, scan, sink);
  else if (scan.refines())
    run<AcRefineCoder>(components, sampling, scan, sink);
  else
    run<AcFirstCoder>(components, sampling, scan, sink);
}

}  // namespace

ScanStatistics scan_statistics(const std::vector<Levels>& components,
                               const std::vector<Sampling>& sampling, const Scan& scan,
                               bool progressive) {
  ScanStatistics statistics;
  CountingSink sink{statistics};
  code_scan(components, sampling, scan, progressive, sink);
  return statistics;
}

std::vector<std::uint8_t> encode_scan(const std::vector<Levels>& components,
                                      const std::vector<Sampling>& sampling, const Scan& scan,
                                      bool progressive, const HuffmanTable (&tables)[kSlots]) {
  std::vector<std::uint8_t> out;
  BitSink sink(tables, out);
  code_scan(components, sampling, scan, progressive, sink);
  sink.finish();
  return out;
}

}  // namespace foveate
