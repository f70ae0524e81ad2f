// What compilers spell each in its own way: GCC and Clang, Microsoft's, and any other.
//
// FOVEATE_PLAIN takes the spelling for any compiler, so that it can be built and tested with GCC.
#pragma once

#include <bit>
#include <cstdint>

// FOVEATE_INLINE: loops become vectors only where what they call is inlined into them.
// FOVEATE_NO_ALIAS: before a loop whose turns do not depend on each other.
#if defined(__GNUC__) && !defined(FOVEATE_PLAIN)
#define FOVEATE_INLINE __attribute__((always_inline)) inline
#define FOVEATE_NOINLINE __attribute__((noinline))
#define FOVEATE_PREFETCH(address) __builtin_prefetch(address)
#define FOVEATE_PREFETCH_TO_WRITE(address) __builtin_prefetch(address, 1)
#elif defined(_MSC_VER) && !defined(FOVEATE_PLAIN)
#define FOVEATE_INLINE __forceinline
#define FOVEATE_NOINLINE __declspec(noinline)
#else
#define FOVEATE_INLINE inline
#define FOVEATE_NOINLINE
#endif

#if defined(__GNUC__) && !defined(__clang__) && !defined(FOVEATE_PLAIN)
#define FOVEATE_NO_ALIAS _Pragma("GCC ivdep")
#elif defined(_MSC_VER) && !defined(__clang__) && !defined(FOVEATE_PLAIN)
#define FOVEATE_NO_ALIAS __pragma(loop(ivdep))
#else
#define FOVEATE_NO_ALIAS
#endif

#ifndef FOVEATE_PREFETCH
#define FOVEATE_PREFETCH(address) static_cast<void>(address)
#define FOVEATE_PREFETCH_TO_WRITE(address) static_cast<void>(address)
#endif

namespace foveate {

// Eight bytes in the other order. Compilers know the pattern and make one instruction of it.
inline std::uint64_t swapped_bytes(std::uint64_t word) {
  word = (word >> 32) | (word << 32);
  word = ((word >> 16) & 0x0000FFFF0000FFFFu) | ((word & 0x0000FFFF0000FFFFu) << 16);
  return ((word >> 8) & 0x00FF00FF00FF00FFu) | ((word & 0x00FF00FF00FF00FFu) << 8);
}

// A word whose bytes in memory run from the first to the last, and back again.
inline std::uint64_t little_endian(std::uint64_t word) {
  return std::endian::native == std::endian::little ? word : swapped_bytes(word);
}
inline std::uint64_t big_endian(std::uint64_t word) {
  return std::endian::native == std::endian::big ? word : swapped_bytes(word);
}

}  // namespace foveate
