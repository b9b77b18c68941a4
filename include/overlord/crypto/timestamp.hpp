// Time stamps by an authority (RFC 3161), by OpenSSL: somebody else's word that a document was
// there at a time. Any thread.
#pragma once

#include <string>

#include "overlord/base/bytes.hpp"
#include "overlord/base/file.hpp"
#include "overlord/base/result.hpp"
#include "overlord/base/time.hpp"

namespace overlord::crypto {

inline constexpr std::size_t kTimestampBytesMax = 64u << 10;  // of a response, with certificates

struct Timestamp {
    TimeNs time = 0;     // in whole seconds, by the authority's clock
    std::string serial;  // hex
};

// A TimeStampReq in DER for a document of this SHA-256, with a nonce, asking for the certificate.
[[nodiscard]] Result<Bytes> timestamp_request(const Hash& digest);

// Whether `response`, a TimeStampResp in DER, grants what `request` asked for: status, digest and
// nonce. It does not say who signed it; that is verify_timestamp(). Codes, kRetry:
// timestamp.malformed, timestamp.refused.
[[nodiscard]] Result<Timestamp> check_timestamp(ByteView request, ByteView response);

// Whether `response` is a token over a document of this SHA-256, whoever signed it. Codes:
// timestamp.malformed, timestamp.mismatch.
[[nodiscard]] Result<Timestamp> read_timestamp(ByteView response, const Hash& digest);

// Whether `response` is a token over a document of this SHA-256, signed by an authority whose
// certificate was good at that time and leads to one in `ca_file` (PEM). Revocation is not looked
// at. Codes: timestamp.malformed, timestamp.mismatch, timestamp.ca.
[[nodiscard]] Result<Timestamp> verify_timestamp(ByteView response, const Hash& digest,
                                                 const Path& ca_file);

}  // namespace overlord::crypto
