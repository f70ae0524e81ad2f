#include "stream.hpp"

namespace foveate {
namespace {

enum Marker : int {
  kSof0 = 0xC0,
  kSof2 = 0xC2,
  kDht = 0xC4,
  kSoi = 0xD8,
  kEoi = 0xD9,
  kSos = 0xDA,
  kDqt = 0xDB,
  kApp0 = 0xE0,
};

class Writer {
 public:
  void byte(int v) { bytes_.push_back(static_cast<std::uint8_t>(v)); }
  void word(int v) {
    byte(v >> 8);
    byte(v & 0xFF);
  }
  void marker(int m) {
    byte(0xFF);
    byte(m);
  }
  void append(const std::vector<std::uint8_t>& more) {
    bytes_.insert(bytes_.end(), more.begin(), more.end());
  }
  std::vector<std::uint8_t> take() { return std::move(bytes_); }

 private:
  std::vector<std::uint8_t> bytes_;
};

void write_jfif(Writer& out) {
  out.marker(kApp0);
  out.word(16);
  for (const char c : {'J', 'F', 'I', 'F', '\0'}) out.byte(c);
  out.word(0x0101);            // version 1.01
  out.byte(0);                 // density: an aspect ratio only
  out.word(1);
  out.word(1);
  out.word(0);                 // no thumbnail
}

void write_quantisation(Writer& out, const Frame& frame) {
  for (std::size_t t = 0; t < frame.tables.size(); ++t) {
    out.marker(kDqt);
    out.word(2 + 1 + kBlock);
    out.byte(static_cast<int>(t));
    for (const std::uint8_t q : frame.tables[t]) out.byte(q);
  }
}

void write_frame_header(Writer& out, const Frame& frame) {
  const int count = static_cast<int>(frame.picture.components.size());
  out.marker(frame.picture.progressive ? kSof2 : kSof0);
  out.word(8 + 3 * count);
  out.byte(8);
  out.word(frame.height);
  out.word(frame.width);
  out.byte(count);
  for (int c = 0; c < count; ++c) {
    const Sampling s = frame.picture.sampling[static_cast<std::size_t>(c)];
    out.byte(c + 1);
    out.byte((s.h << 4) | s.v);
    out.byte(c > 0 && frame.tables.size() > 1 ? 1 : 0);
  }
}

// DHT and SOS. A table is written only where its scan has symbols for it.
void write_scan_header(Writer& out, const Scan& scan, bool progressive,
                       const ScanTables& tables) {
  const bool dc = scan.first == 0, ac = !progressive || !dc;
  for (std::size_t slot = 0; slot < kSlots; ++slot) {
    const HuffmanTable& table = tables[slot];
    if (table.symbols.empty()) continue;
    out.marker(kDht);
    out.word(2 + 1 + 16 + static_cast<int>(table.symbols.size()));
    out.byte(static_cast<int>(((slot & 1) << 4) | (slot >> 1)));
    for (const std::uint8_t n : table.counts_by_length) out.byte(n);
    for (const std::uint8_t s : table.symbols) out.byte(s);
  }
  out.marker(kSos);
  out.word(6 + 2 * static_cast<int>(scan.components.size()));
  out.byte(static_cast<int>(scan.components.size()));
  for (const int c : scan.components) {
    const int destination = c > 0 ? 1 : 0;
    out.byte(c + 1);
    out.byte(((dc ? destination : 0) << 4) | (ac ? destination : 0));
  }
  out.byte(scan.first);
  out.byte(scan.last);
  out.byte(0);  // no successive approximation
}

}  // namespace

std::vector<std::uint8_t> write_jpeg(const Frame& frame,
                                     const std::vector<ScanStatistics>& statistics, int threads) {
  std::vector<ScanTables> tables(frame.scans.size());
  for (std::size_t s = 0; s < tables.size(); ++s)
    for (std::size_t slot = 0; slot < kSlots; ++slot)
      tables[s][slot] = huffman_table(huffman_lengths(statistics[s].counts[slot]));
  const auto segments = encode_scans(frame.picture, frame.scans, tables, threads);

  Writer out;
  out.marker(kSoi);
  write_jfif(out);
  out.append(frame.segments);
  write_quantisation(out, frame);
  write_frame_header(out, frame);
  for (std::size_t s = 0; s < segments.size(); ++s) {
    write_scan_header(out, frame.scans[s], frame.picture.progressive, tables[s]);
    out.append(segments[s]);
  }
  out.marker(kEoi);
  return out.take();
}

}  // namespace foveate
