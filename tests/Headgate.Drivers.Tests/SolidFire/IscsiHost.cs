using Headgate.Initiator;
using Headgate.Storage.Conformance;
using Headgate.Storage.Sdk;

namespace Headgate.Drivers.Tests.SolidFire;

/// <summary>Plays a host with an initiator that shares no code with the target: logs in over TCP, reads and writes the LUN.</summary>
internal sealed class IscsiHost : IDataProbe
{
    private int _session;

    public bool CanUse(Connection connection) => connection is Connection.Iscsi;

    public async ValueTask<bool> ReachAsync(Connection connection, string initiatorName, ChapCredential? chap, CancellationToken stop)
    {
        var login = await LogInAsync(connection, initiatorName, chap, stop);
        if (login.Session is not { } session) return false;
        await using (session) return true;
    }

    public async ValueTask WriteAsync(Connection connection, string initiatorName, ReadOnlyMemory<byte> block, CancellationToken stop)
    {
        await using var session = await InAsync(connection, initiatorName, stop);
        await session.WriteAsync(0, block, fua: true, stop);
    }

    public async ValueTask<byte[]> ReadAsync(Connection connection, string initiatorName, CancellationToken stop)
    {
        await using var session = await InAsync(connection, initiatorName, stop);
        return await session.ReadAsync(0, IDataProbe.BlockBytes, stop);
    }

    private async Task<InitiatorSession> InAsync(Connection connection, string initiatorName, CancellationToken stop)
    {
        var login = await LogInAsync(connection, initiatorName, ((Connection.Iscsi)connection).Chap, stop);
        return login.Session ?? throw new InvalidOperationException($"the login was turned away with {login.Class}.{login.Detail}");
    }

    private Task<LoginResult> LogInAsync(Connection connection, string initiatorName, ChapCredential? chap, CancellationToken stop)
    {
        var iscsi = (Connection.Iscsi)connection;
        var lun = new LunAddress(iscsi.Portals[0], iscsi.TargetName, iscsi.Lun, chap?.Username, chap?.Secret, initiatorName);
        return InitiatorSession.LoginAsync(lun, (ushort)Interlocked.Increment(ref _session), stop);
    }
}
