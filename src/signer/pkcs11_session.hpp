// One logged-in session of a PKCS#11 token. The module stays loaded until the process ends: it
// counts its users by process, and the keys of one process come and go at different times.
#pragma once

#include <p11-kit/pkcs11.h>

#include <memory>
#include <string>
#include <vector>

#include "overlord/signer/key_source.hpp"

namespace overlord::signer {

[[nodiscard]] Error pkcs11_failed(const char* call, CK_RV code);

enum class Access { kRead, kWrite };

class Pkcs11Session {
public:
    // Finds the token by its label and logs the user in.
    [[nodiscard]] static Result<std::unique_ptr<Pkcs11Session>> open(const Token& token,
                                                                     Access access);
    Pkcs11Session(const Pkcs11Session&) = delete;
    ~Pkcs11Session();

    [[nodiscard]] CK_FUNCTION_LIST& calls() const { return *calls_; }
    [[nodiscard]] CK_SESSION_HANDLE handle() const { return handle_; }
    [[nodiscard]] Result<std::vector<CK_OBJECT_HANDLE>> find(CK_OBJECT_CLASS kind,
                                                             const std::string& label);
    [[nodiscard]] Result<CK_ULONG> number(CK_OBJECT_HANDLE object, CK_ATTRIBUTE_TYPE type);
    [[nodiscard]] Result<Bytes> bytes(CK_OBJECT_HANDLE object, CK_ATTRIBUTE_TYPE type);

private:
    explicit Pkcs11Session(CK_FUNCTION_LIST* calls) : calls_(calls) {}
    [[nodiscard]] Result<CK_SLOT_ID> find_slot(const std::string& label);
    [[nodiscard]] Status log_in(const Path& pin_file);

    CK_FUNCTION_LIST* calls_;
    CK_SESSION_HANDLE handle_ = CK_INVALID_HANDLE;
    bool open_ = false;
};

}  // namespace overlord::signer
