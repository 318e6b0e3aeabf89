using System.Runtime.InteropServices;
using Headgate.Primitives;

namespace Headgate.Drivers.Ceph.Native;

/// <summary>Whether Ceph's client libraries are on this machine. They are not a part of Headgate: the distribution's own are used.</summary>
internal static class CephLibrary
{
    private static readonly Lock Gate = new();
    private static bool _isThere;

    /// <summary>Null when both libraries load. A failure is not remembered: installing the packages needs no restart.</summary>
    public static Fault? Problem()
    {
        lock (Gate)
        {
            _isThere = _isThere || Problem(static name => NativeLibrary.TryLoad(name, out _)) is null;
            return _isThere ? null : Missing;
        }
    }

    /// <summary>The same, with the loader as an argument.</summary>
    internal static Fault? Problem(Func<string, bool> loads) => loads(Librados.Name) && loads(Librbd.Name) ? null : Missing;

    private static Fault Missing { get; } = new(
        "ceph-library-missing",
        $"This server lacks Ceph's client libraries ({Librados.Name} and {Librbd.Name}), which Ceph pools need. Install them (Debian and "
        + "Ubuntu: the packages librados2 and librbd1) and try again; no restart is needed.",
        Recovery.AskOperator);
}
