using Headgate.Storage.Sdk;

namespace Headgate.Storage.Conformance;

/// <summary>One volume's data, as a host sees it through the subject's probe.</summary>
internal sealed class DataSession
{
    public const string NoProbe = "no data probe for connections of this kind";

    private readonly Bench _bench;
    private readonly ObjectKey _key;
    private readonly VolumeView _volume;
    private readonly AccessRequest _access;

    private DataSession(Bench bench, ObjectKey key, VolumeView volume, AccessRequest access) =>
        (_bench, _key, _volume, _access) = (bench, key, volume, access);

    /// <summary>Null when the probe cannot use this volume's connection.</summary>
    public static async Task<DataSession?> OpenAsync(Bench bench, ObjectKey key, VolumeView volume)
    {
        var access = bench.NewAccess();
        var connection = await bench.GrantAsync(key, volume, access, "grant to the data probe");
        return bench.Subject.Data.CanUse(connection) ? new DataSession(bench, key, volume, access) : null;
    }

    public async Task WriteAsync(byte[] block) =>
        await _bench.Subject.Data.WriteAsync(await ConnectionAsync(), _access.InitiatorName, block, _bench.Stop);

    public async Task HoldsAsync(byte[] wanted, string when)
    {
        var read = await _bench.Subject.Data.ReadAsync(await ConnectionAsync(), _access.InitiatorName, _bench.Stop);
        Expect.True(read.AsSpan().SequenceEqual(wanted), $"the first block is not what it should be {when}");
    }

    /// <summary>The host is gone: what a revert and the like want.</summary>
    public async Task LeaveAsync() =>
        Expect.Done(await _bench.Driver.RevokeAccessAsync(_key, _volume.Handle, _access.InitiatorName, _bench.Stop), "revoke the data probe");

    /// <summary>Granted again each time: a repeat gives the same connection, and after <see cref="LeaveAsync"/> a new one is needed.</summary>
    private Task<Connection> ConnectionAsync() => _bench.GrantAsync(_key, _volume, _access, "grant to the data probe");
}
