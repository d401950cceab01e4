// What of a PDF depends on the moment of writing.
#pragma once

#include <QByteArray>

namespace keyhole {

// Sets the date of creation to a fixed one, so that the same picture gives the same bytes.
inline void fixPdfDate(QByteArray& pdf) {
  const QByteArray key = "/CreationDate (D:";
  const qsizetype at = pdf.indexOf(key);
  if (at < 0) return;
  for (qsizetype i = at + key.size(), digits = 0;
       i < pdf.size() && digits < 14 && pdf[i] >= '0' && pdf[i] <= '9'; ++i, ++digits)
    pdf[i] = "20000101000000"[digits];
}

}  // namespace keyhole
