// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "common/base/filedescriptor.h"
#include "common/protocol/serviceaddress.h"

#include <sys/socket.h>
#include <sys/types.h>

#include <optional>
#include <vector>

/// The one place that makes listening sockets: for the service itself, and for the program that `run` supervises.
namespace Hephaestus {

/// The file of a Unix-domain socket. It is known by its inode, since another process may have put its own there.
class SocketFile
{
public:
    SocketFile() = default; ///< no file
    explicit SocketFile(const QByteArray &path);

    /// Removes the file if it is still the same one; once.
    void remove();
    /// Leaves the file to whoever has the socket next.
    void leave() { m_path.clear(); }

private:
    QByteArray m_path;
    dev_t m_device = 0;
    ino_t m_inode = 0;
};

/// A socket that listens, close-on-exec and blocking. Going, it closes the descriptor and leaves the file.
struct ListeningSocket
{
    FileDescriptor descriptor;
    ServiceAddress address; ///< with the real port
    SocketFile file;        ///< the one to remove in the end, if any
};

/// The same socket by its absolute path, so that it is found from any directory and from outside. As it is, if that
/// path would be too long for one.
ServiceAddress withAbsolutePath(ServiceAddress address);

struct ListenOptions
{
    bool isPrivate = false;   ///< a Unix-domain socket gets mode 0600, else what the umask leaves
    bool mayHaveTwin = false; ///< a second socket of the same address will be opened later (SO_REUSEPORT)
};

/// Binds and listens; all of an address or nothing. Port 0 takes a free one.
///
/// `localhost`, and every name below it, is 127.0.0.1 and ::1 with the same port, without asking a resolver. A family
/// that the machine lacks is left out. Any other name is its first address. IPv6 sockets take IPv6 only. A file of a
/// Unix-domain socket that nobody listens on is replaced.
///
/// Waits for the resolver if the host is a name. The Problem names the address that failed.
Result<std::vector<ListeningSocket>> openListeningSockets(const ServiceAddress &address,
                                                          const ListenOptions &options = {});

/// A listening stream socket that another process or class made; it is ours from now on, whatever comes of it.
/// `ownsFile`: a Unix-domain socket's file is to be removed in the end.
Result<ListeningSocket> adoptListeningSocket(FileDescriptor descriptor, bool ownsFile);

/// How many clients may wait to be accepted; the kernel cuts it to net.core.somaxconn.
inline constexpr int ListenBacklog = 4096;

struct BindOptions
{
    bool onlyIpv6 = true;
    bool sharesPort = false; ///< SO_REUSEPORT
    bool isPrivate = false;  ///< the file of a Unix-domain socket is made with mode 0600
};

/// A stream socket with that name, which does not listen yet. Not open, with errno, if that fails.
FileDescriptor bindStreamSocket(const sockaddr *name, socklen_t size, const BindOptions &options = {});

/// Lets another socket of this user take the same TCP address. False, with errno, if that fails.
bool allowSharedPort(int socket);

} // namespace Hephaestus
