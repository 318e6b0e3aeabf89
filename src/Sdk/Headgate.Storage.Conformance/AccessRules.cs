using Headgate.Storage.Sdk;

namespace Headgate.Storage.Conformance;

/// <summary>Who sees what.</summary>
internal static class AccessRules
{
    [Rule("access.grant.repeat-is-same-connection")]
    public static async Task<string?> Repeating_a_grant_gives_the_same_connection(Bench bench)
    {
        var (key, volume) = await bench.MakeAsync();
        var access = await RequestAsync(bench);
        var first = Expect.Done(await bench.Driver.GrantAccessAsync(key, volume.Handle, access, bench.Stop), "grant");
        for (var n = 2; n <= Bench.Repeats; n++)
            Same(first, Expect.Done(await bench.Driver.GrantAccessAsync(key, volume.Handle, access, bench.Stop), $"grant number {n}"), $"grant number {n}");
        await using var other = await bench.Fixture.OpenAgainAsync(bench.Stop);
        Same(first, Expect.Done(await other.Driver.GrantAccessAsync(key, volume.Handle, access, bench.Stop), "grant by another server"), "grant by another server");
        return null;
    }

    [Rule("access.grant.exactly-the-initiator")]
    public static async Task<string?> A_grant_shows_the_volume_to_exactly_the_initiator_named(Bench bench)
    {
        var (key, volume) = await bench.MakeAsync();
        var (otherKey, other) = await bench.MakeAsync();
        var (one, two) = (await RequestAsync(bench), await RequestAsync(bench));
        var mine = Expect.Done(await bench.Driver.GrantAccessAsync(key, volume.Handle, one, bench.Stop), "grant to the first");
        var theirs = Expect.Done(await bench.Driver.GrantAccessAsync(otherKey, other.Handle, two, bench.Stop), "grant to the second");
        await SeesAsync(bench, key, one.InitiatorName);
        await SeesAsync(bench, otherKey, two.InitiatorName);
        if (bench.Fixture.CanConnect is not { } connect) return null;
        Expect.True(await connect(mine, one.InitiatorName, ChapOf(mine), bench.Stop), "the initiator that was granted access is not let in");
        Expect.True(!await connect(mine, two.InitiatorName, ChapOf(theirs), bench.Stop), "an initiator without a grant is let in");
        if (one.RequireChap)
        {
            var wrong = ChapOf(mine)! with { Secret = "wrong-wrong-12" };
            Expect.True(!await connect(mine, one.InitiatorName, wrong, bench.Stop), "a wrong CHAP secret is let in");
        }
        return null;
    }

    [Rule("access.grant.several-volumes-and-initiators")]
    public static async Task<string?> Grants_beside_one_another_do_not_disturb_each_other(Bench bench)
    {
        var (key, volume) = await bench.MakeAsync();
        var (otherKey, other) = await bench.MakeAsync();
        var (one, two) = (await RequestAsync(bench), await RequestAsync(bench));
        await Task.WhenAll(
            Grant(key, volume, one), Grant(key, volume, two), Grant(otherKey, other, one));
        await SeesAsync(bench, key, one.InitiatorName, two.InitiatorName);
        await SeesAsync(bench, otherKey, one.InitiatorName);
        Expect.Done(await bench.Driver.RevokeAccessAsync(key, volume.Handle, one.InitiatorName, bench.Stop), "revoke");
        await SeesAsync(bench, key, two.InitiatorName);
        await SeesAsync(bench, otherKey, one.InitiatorName);
        return null;

        async Task Grant(ObjectKey k, VolumeView v, AccessRequest a) =>
            Expect.Done(await bench.Driver.GrantAccessAsync(k, v.Handle, a, bench.Stop), "grant beside others");
    }

    [Rule("access.grant.wrong-volume-is-refused")]
    public static async Task<string?> A_handle_of_another_volume_is_never_granted(Bench bench)
    {
        var (_, volume) = await bench.MakeAsync();
        var access = await RequestAsync(bench);
        Expect.Refused(
            FaultCodes.WrongVolume, await bench.Driver.GrantAccessAsync(bench.NewKey(), volume.Handle, access, bench.Stop), "grant with another volume's key");
        return null;
    }

    [Rule("access.grant.absent-volume-is-not-found")]
    public static async Task<string?> Granting_what_is_gone_is_refused(Bench bench)
    {
        var (key, volume) = await bench.MakeAsync();
        Expect.Done(await bench.Driver.DeleteAsync(key, volume.Handle, bench.Stop), "delete");
        var access = await RequestAsync(bench);
        Expect.Refused(FaultCodes.VolumeNotFound, await bench.Driver.GrantAccessAsync(key, volume.Handle, access, bench.Stop), "grant of a deleted volume");
        return null;
    }

    [Rule("access.grant.unlawful-name-is-refused")]
    public static async Task<string?> A_name_that_is_no_initiator_name_is_refused(Bench bench)
    {
        var (key, volume) = await bench.MakeAsync();
        Expect.Refused(
            FaultCodes.InvalidArgument,
            await bench.Driver.GrantAccessAsync(key, volume.Handle, new AccessRequest("not an initiator", false), bench.Stop), "grant to no initiator");
        return null;
    }

    [Rule("access.revoke.repeat-is-done")]
    public static async Task<string?> Revoking_again_and_again_is_done(Bench bench)
    {
        var (key, volume) = await bench.MakeAsync();
        var access = await RequestAsync(bench);
        var connection = Expect.Done(await bench.Driver.GrantAccessAsync(key, volume.Handle, access, bench.Stop), "grant");
        for (var n = 1; n <= Bench.Repeats; n++)
            Expect.Done(await bench.Driver.RevokeAccessAsync(key, volume.Handle, access.InitiatorName, bench.Stop), $"revoke number {n}");
        await SeesAsync(bench, key);
        if (bench.Fixture.CanConnect is { } connect)
            Expect.True(!await connect(connection, access.InitiatorName, ChapOf(connection), bench.Stop), "a revoked initiator is let in");
        Expect.Done(await bench.Driver.DeleteAsync(key, volume.Handle, bench.Stop), "delete");
        Expect.Done(await bench.Driver.RevokeAccessAsync(key, volume.Handle, access.InitiatorName, bench.Stop), "revoke of a deleted volume");
        return null;
    }

    [Rule("access.chap.secret-stays-out-of-text")]
    public static async Task<string?> A_connection_does_not_print_its_secret(Bench bench)
    {
        var (key, volume) = await bench.MakeAsync();
        var access = await RequestAsync(bench);
        if (!access.RequireChap) return "the storage has no CHAP";
        var connection = Expect.Done(await bench.Driver.GrantAccessAsync(key, volume.Handle, access, bench.Stop), "grant");
        Expect.True(ChapOf(connection) is not null, "CHAP was required and the connection has none");
        Expect.True(!connection.ToString()!.Contains(ChapOf(connection)!.Secret, StringComparison.Ordinal), "the connection prints its secret");
        return null;
    }

    [Rule("host.removed.sees-nothing")]
    public static async Task<string?> A_removed_host_sees_nothing(Bench bench)
    {
        var (key, volume) = await bench.MakeAsync();
        var access = await RequestAsync(bench);
        Expect.Done(await bench.Driver.GrantAccessAsync(key, volume.Handle, access, bench.Stop), "grant");
        var host = new StorageHost(Guid.NewGuid(), "conformance", access.InitiatorName);
        for (var n = 1; n <= Bench.Repeats; n++)
            Expect.Done(await bench.Fixture.Store.HostListener.HostRemovedAsync(host, bench.Stop), $"host removed, number {n}");
        await SeesAsync(bench, key);
        return null;
    }

    private static async Task<AccessRequest> RequestAsync(Bench bench) =>
        new(Bench.NewInitiator(), (await bench.CapabilitiesAsync()).Chap == Support.Native);

    private static ChapCredential? ChapOf(Connection connection) => (connection as Connection.Iscsi)?.Chap;

    private static async Task SeesAsync(Bench bench, ObjectKey key, params string[] wanted)
    {
        var seen = Expect.Done(await bench.Driver.FindAsync(key, bench.Stop), "find")!.Initiators;
        Expect.Equal(string.Join(", ", wanted.Order(StringComparer.Ordinal)), string.Join(", ", seen.Order(StringComparer.Ordinal)), $"initiators of {key}");
    }

    private static void Same(Connection wanted, Connection seen, string what)
    {
        if (wanted is Connection.Iscsi a && seen is Connection.Iscsi b)
        {
            Expect.Equal(string.Join(',', a.Portals), string.Join(',', b.Portals), $"portals of {what}");
            Expect.Equal((a.TargetName, a.Lun), (b.TargetName, b.Lun), $"target of {what}");
            Expect.True(a.Chap == b.Chap, $"the CHAP credential of {what} differs from the first"); // said without the secrets
            return;
        }
        Expect.Equal(wanted, seen, what);
    }
}
