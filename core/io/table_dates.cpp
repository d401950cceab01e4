#include "core/io/table_clock.h"

#include <cctype>
#include <charconv>

namespace keyhole {
namespace {

constexpr double kDay = 86400;

class Cursor {
 public:
  explicit Cursor(std::string_view text) : m_rest(text) {}
  bool done() const { return m_rest.empty(); }
  char peek() const { return m_rest.empty() ? '\0' : m_rest.front(); }
  bool take(char c) {
    if (peek() != c) return false;
    m_rest.remove_prefix(1);
    return true;
  }
  bool takeWord(std::string_view word) {
    if (m_rest.size() < word.size()) return false;
    for (std::size_t i = 0; i < word.size(); ++i)
      if (std::toupper(static_cast<unsigned char>(m_rest[i])) != word[i]) return false;
    m_rest.remove_prefix(word.size());
    return true;
  }
  void skipBlanks() {
    while (take(' ')) {
    }
  }
  // A whole number of at least `least` and at most `most` digits, or -1; `digits` is how many.
  int number(std::size_t least, std::size_t most, std::size_t* digits = nullptr) {
    int value = 0;
    std::size_t n = 0;
    while (n < most && n < m_rest.size() && m_rest[n] >= '0' && m_rest[n] <= '9')
      value = value * 10 + (m_rest[n++] - '0');
    if (n < least) return -1;
    m_rest.remove_prefix(n);
    if (digits) *digits = n;
    return value;
  }
  double fraction() {  // behind the decimal sign
    double value = 0, scale = 0.1;
    while (peek() >= '0' && peek() <= '9') {
      value += scale * (peek() - '0');
      scale /= 10;
      m_rest.remove_prefix(1);
    }
    return value;
  }

 private:
  std::string_view m_rest;
};

// Days since 1970-01-01 in the Gregorian calendar (Hinnant, "chrono-compatible low-level date algorithms").
double daysFromCivil(int year, int month, int day) {
  year -= month <= 2;
  const int era = (year >= 0 ? year : year - 399) / 400;
  const int yearOfEra = year - era * 400;
  const int dayOfYear = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1;
  const int dayOfEra = yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100 + dayOfYear;
  return era * 146097.0 + dayOfEra - 719468.0;
}

// HH:MM, HH:MM:SS, HH:MM:SS.fff, each with AM or PM behind it; MM:SS.f, as Excel writes it.
std::optional<double> takeTime(Cursor& cursor) {
  const int hour = cursor.number(1, 2);
  if (hour < 0 || hour > 59 || !cursor.take(':')) return {};
  const int minute = cursor.number(2, 2);
  if (minute < 0 || minute > 59) return {};
  if (cursor.take('.') || cursor.take(',')) return hour * 60.0 + minute + cursor.fraction();
  if (hour > 24) return {};
  double seconds = 0;
  if (cursor.take(':')) {
    const int whole = cursor.number(2, 2);
    if (whole < 0 || whole > 60) return {};
    seconds = whole;
    if (cursor.take('.') || cursor.take(',')) seconds += cursor.fraction();
  }
  cursor.skipBlanks();
  int shift = 0;
  if (cursor.takeWord("PM"))
    shift = hour == 12 ? 0 : 12;
  else if (cursor.takeWord("AM"))
    shift = hour == 12 ? -12 : 0;
  return (hour + shift) * 3600.0 + minute * 60.0 + seconds;
}

// Z, UTC, +02:00, -0530: seconds to take away.
std::optional<double> takeZone(Cursor& cursor) {
  cursor.skipBlanks();
  if (cursor.takeWord("UTC") || cursor.takeWord("GMT") || cursor.takeWord("Z")) return 0.0;
  const bool east = cursor.peek() == '+';
  if (!cursor.take('+') && !cursor.take('-')) return 0.0;
  const int hours = cursor.number(2, 2);
  cursor.take(':');
  const int minutes = cursor.done() ? 0 : cursor.number(2, 2);
  if (hours < 0 || hours > 15 || minutes < 0 || minutes > 59) return {};
  return (east ? 1 : -1) * (hours * 3600.0 + minutes * 60.0);
}

bool isSeparator(char c) {
  return c == '-' || c == '/' || c == '.';
}

// "may", "May", "MAY": 1 to 12, or 0. English, and the German and French ones that differ and fit.
int takeMonth(Cursor& cursor) {
  constexpr const char* kMonths[] = {"JANUARY", "FEBRUARY", "MARCH",     "APRIL",   "MAY",      "JUNE",
                                     "JULY",    "AUGUST",   "SEPTEMBER", "OCTOBER", "NOVEMBER", "DECEMBER"};
  for (int month = 0; month < 12; ++month)
    if (const std::string_view name = kMonths[month];
        cursor.takeWord(name) || cursor.takeWord(name.substr(0, 3)))
      return month + 1;
  for (const auto& [name, month] :
       {std::pair{"MAI", 5}, {"OKT", 10}, {"DEZ", 12}, {"AVR", 4}, {"M\xC3\xA4R", 3}})
    if (cursor.takeWord(name)) return month;
  return 0;
}

// 01-May-2024, 1 May 24, May 1, 2024.
std::optional<double> takeNamedDate(Cursor& cursor) {
  const auto skip = [&] {
    while (cursor.take('-') || cursor.take(' ') || cursor.take('.') || cursor.take('/') || cursor.take(',')) {
    }
  };
  int day = cursor.number(1, 2);
  skip();
  const int month = takeMonth(cursor);
  if (month == 0) return {};
  skip();
  if (day < 0) day = cursor.number(1, 2);
  skip();
  std::size_t digits = 0;
  const int year = cursor.number(2, 4, &digits);
  if (day < 1 || day > 31 || year < 0 || digits == 3) return {};
  return daysFromCivil(digits == 2 ? 2000 + year : year, month, day);
}

// 20240501T120000.5Z
std::optional<double> takeBasic(Cursor& cursor) {
  const int year = cursor.number(4, 4), month = cursor.number(2, 2), day = cursor.number(2, 2);
  if (year < 0 || month < 1 || month > 12 || day < 1 || day > 31 || !cursor.take('T')) return {};
  const int hour = cursor.number(2, 2), minute = cursor.number(2, 2);
  if (hour < 0 || hour > 24 || minute < 0 || minute > 59) return {};
  const int second = cursor.done() ? 0 : cursor.number(2, 2);
  if (second < 0 || second > 60) return {};
  double seconds = hour * 3600.0 + minute * 60.0 + second;
  if (cursor.take('.') || cursor.take(',')) seconds += cursor.fraction();
  const auto zone = takeZone(cursor);
  if (!zone || !cursor.done()) return {};
  return daysFromCivil(year, month, day) * kDay + seconds - *zone;
}

// "3 days 00:00:01.5", "-1 days +23:59:59": a span of time, as pandas writes it.
std::optional<double> takeSpan(Cursor& cursor) {
  const double sign = cursor.take('-') ? -1 : 1;
  const int days = cursor.number(1, 6);
  cursor.skipBlanks();
  if (days < 0 || !cursor.takeWord("DAY")) return {};
  cursor.takeWord("S");
  cursor.skipBlanks();
  cursor.take('+');
  if (cursor.done()) return sign * days * kDay;
  const auto time = takeTime(cursor);
  if (!time || !cursor.done()) return {};
  return sign * days * kDay + *time;
}

// Days, from any order of year, month and day.
std::optional<double> takeDate(Cursor& cursor, bool dayFirst) {
  std::size_t digits = 0;
  const int first = cursor.number(1, 4, &digits);
  const char separator = cursor.peek();
  if (first < 0 || digits == 3 || !isSeparator(separator)) return {};
  const bool yearFirst = digits == 4;
  cursor.take(separator);
  const int second = cursor.number(1, 2);
  if (second < 0 || !cursor.take(separator)) return {};
  const int third = yearFirst ? cursor.number(1, 2, &digits) : cursor.number(2, 4, &digits);
  if (third < 0 || digits == 3) return {};
  const bool dayBeforeMonth = !yearFirst && (separator == '.' || dayFirst);
  const int year = yearFirst ? first : digits == 2 ? 2000 + third : third;
  const int month = yearFirst ? second : dayBeforeMonth ? second : first;
  const int day = yearFirst ? third : dayBeforeMonth ? first : second;
  if (month < 1 || month > 12 || day < 1 || day > 31) return {};
  return daysFromCivil(year, month, day);
}

}  // namespace

std::optional<double> secondsOfDate(std::string_view text, bool dayFirst) {
  if (text.size() < 5 || text.size() > 40 || text.find_first_of(":-/. T") == text.npos) return {};
  Cursor whole(text);
  if (const auto time = takeTime(whole); time && whole.done()) return time;
  if (Cursor span(text); const auto time = takeSpan(span)) return time;
  if (Cursor basic(text); const auto time = takeBasic(basic)) return time;
  Cursor cursor(text);
  auto days = takeDate(cursor, dayFirst);
  if (!days) {
    cursor = Cursor(text);
    days = takeNamedDate(cursor);
  }
  if (!days) return {};
  if (cursor.done()) return *days * kDay;
  if (!cursor.take('T')) cursor.skipBlanks();
  const auto time = takeTime(cursor);
  if (!time) return {};
  const auto zone = takeZone(cursor);
  if (!zone || !cursor.done()) return {};
  return *days * kDay + *time - *zone;
}

}  // namespace keyhole
