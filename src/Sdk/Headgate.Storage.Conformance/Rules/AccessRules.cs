using Headgate.Primitives;
using Headgate.Storage.Sdk;

namespace Headgate.Storage.Conformance;

/// <summary>Who sees what.</summary>
internal static class AccessRules
{
    private const string Exactly = "Makes the volume visible to exactly the initiator named, beside those that have it already";
    private const string NotDeclared = "access per host is not declared";

    [Rule("access.grant.repeat-is-same-connection", "All are idempotent: a repeat with the same key and arguments returns the same as the first")]
    public static async Task<Finding> Repeating_a_grant_gives_the_same_connection(Bench bench)
    {
        var (key, volume) = await bench.MakeAsync();
        var access = bench.NewAccess();
        var first = await bench.GrantAsync(key, volume, access);
        for (var n = 2; n <= bench.Repeats; n++) Same(first, await bench.GrantAsync(key, volume, access, $"grant number {n}"), $"grant number {n}");
        await bench.ReopenAsync();
        Same(first, await bench.GrantAsync(key, volume, access, "grant by another server"), "grant by another server");
        return Finding.Kept($"{bench.Repeats + 1} grants, one connection");
    }

    [Rule("access.grant.exactly-the-initiator", Exactly)]
    public static async Task<Finding> A_grant_shows_the_volume_to_exactly_the_initiator_named(Bench bench)
    {
        if (bench.Can.AccessPerHost != Support.Native) return Finding.NotAsked(NotDeclared);
        var (key, volume) = await bench.MakeAsync();
        var (otherKey, other) = await bench.MakeAsync();
        var (one, two) = (bench.NewAccess(), bench.NewAccess());
        var mine = await bench.GrantAsync(key, volume, one, "grant to the first");
        var theirs = await bench.GrantAsync(otherKey, other, two, "grant to the second");
        await SeesAsync(bench, key, one.InitiatorName);
        await SeesAsync(bench, otherKey, two.InitiatorName);
        if (bench.Subject.Reach is not { } reach) return Finding.Kept("read back; no host was played");
        Expect.True(await reach(mine, one.InitiatorName, ChapOf(mine), bench.Stop), "the initiator that was granted access is not let in");
        Expect.True(await reach(theirs, two.InitiatorName, ChapOf(theirs), bench.Stop), "the second initiator is not let in to its own volume");
        Expect.True(!await reach(mine, two.InitiatorName, ChapOf(theirs), bench.Stop), "an initiator without a grant is let in");
        Expect.True(!await reach(theirs, one.InitiatorName, ChapOf(mine), bench.Stop), "the first initiator is let in to the second's volume");
        return Finding.Kept("read back, and tried with logins");
    }

    [Rule("access.grant.several-volumes-and-initiators", Exactly)]
    public static async Task<Finding> Grants_beside_one_another_do_not_disturb_each_other(Bench bench)
    {
        if (bench.Can.AccessPerHost != Support.Native) return Finding.NotAsked(NotDeclared);
        var (key, volume) = await bench.MakeAsync();
        var (otherKey, other) = await bench.MakeAsync();
        var (one, two) = (bench.NewAccess(), bench.NewAccess());
        await bench.GrantAsync(key, volume, one);
        await Task.WhenAll(bench.GrantAsync(key, volume, two), bench.GrantAsync(otherKey, other, one));
        await SeesAsync(bench, key, one.InitiatorName, two.InitiatorName);
        await SeesAsync(bench, otherKey, one.InitiatorName);
        Expect.Done(await bench.Driver.RevokeAccessAsync(key, volume.Handle, one.InitiatorName, bench.Stop), "revoke");
        await SeesAsync(bench, key, two.InitiatorName);
        await SeesAsync(bench, otherKey, one.InitiatorName);
        return Finding.Kept("two initiators on one volume, one initiator on two");
    }

    [Rule("access.grant.unlawful-name-is-refused", "What is no initiator name is refused with InvalidArgument")]
    public static async Task<Finding> A_name_that_is_no_initiator_name_is_refused(Bench bench)
    {
        var (key, volume) = await bench.MakeAsync();
        string[] names = ["not an initiator", "", "iqn.2026-11.org.headgate:" + new string('x', 300), "iqn.2026-11.org.headgate:a\nb"];
        foreach (var name in names)
        {
            Expect.Refused(
                await bench.Driver.GrantAccessAsync(key, volume.Handle, new AccessRequest(name, false), bench.Stop), $"grant to '{(name.Length > 40 ? name[..40] : name)}'", FaultCodes.InvalidArgument);
        }
        Expect.Equal(0, (await bench.FoundAsync(key)).Initiators.Count, "initiators afterwards");
        return Finding.Kept($"{names.Length} names refused");
    }

    [Rule("access.revoke.repeat-is-done", "Takes it away again and cuts the initiator's sessions to it; Done when it had none")]
    public static async Task<Finding> Revoking_again_and_again_is_done(Bench bench)
    {
        var (key, volume) = await bench.MakeAsync();
        var access = bench.NewAccess();
        Expect.Done(await bench.Driver.RevokeAccessAsync(key, volume.Handle, access.InitiatorName, bench.Stop), "revoke of what was never granted");
        await bench.GrantAsync(key, volume, access);
        for (var n = 1; n <= bench.Repeats; n++)
            Expect.Done(await bench.Driver.RevokeAccessAsync(key, volume.Handle, access.InitiatorName, bench.Stop), $"revoke number {n}");
        return Finding.Kept($"{bench.Repeats + 1} revocations");
    }

    [Rule("access.revoke.takes-it-away", "Takes it away again and cuts the initiator's sessions to it; Done when it had none")]
    public static async Task<Finding> A_revoked_initiator_sees_the_volume_no_more(Bench bench)
    {
        if (bench.Can.AccessPerHost != Support.Native) return Finding.NotAsked(NotDeclared);
        var (key, volume) = await bench.MakeAsync();
        var (one, two) = (bench.NewAccess(), bench.NewAccess());
        var connection = await bench.GrantAsync(key, volume, one);
        await bench.GrantAsync(key, volume, two);
        await GetsInAsync(bench, connection, one.InitiatorName); // else the refusal below would prove nothing
        Expect.Done(await bench.Driver.RevokeAccessAsync(key, volume.Handle, one.InitiatorName, bench.Stop), "revoke");
        await SeesAsync(bench, key, two.InitiatorName);
        if (bench.Subject.Reach is not { } reach) return Finding.Kept("read back; no host was played");
        Expect.True(!await reach(connection, one.InitiatorName, ChapOf(connection), bench.Stop), "a revoked initiator is let in");
        return Finding.Kept("read back, and tried with a login");
    }

    [Rule("access.chap.is-demanded", "With it, a driver that declares CHAP gives a credential with every iSCSI connection")]
    public static async Task<Finding> Chap_is_given_and_demanded(Bench bench)
    {
        if (bench.Can.Chap != Support.Native) return Finding.NotAsked("CHAP is not declared");
        var (key, volume) = await bench.MakeAsync();
        var access = bench.NewAccess();
        var connection = await bench.GrantAsync(key, volume, access);
        if (connection is not Connection.Iscsi) return Finding.NotAsked("the connection is not iSCSI");
        var chap = ChapOf(connection) ?? throw new ConformanceException("CHAP was required and the connection has none");
        Expect.True(chap.Secret.Length is >= 12 and <= 16, "the secret has not the 12 to 16 characters that every initiator takes");
        Expect.True(chap.TargetSecret != chap.Secret, "initiator and target have the same secret, which RFC 7143 section 12.1.3 forbids");
        if (bench.Subject.Reach is not { } reach) return Finding.Kept("a credential is given; no host was played");
        await GetsInAsync(bench, connection, access.InitiatorName);
        Expect.True(!await reach(connection, access.InitiatorName, chap with { Secret = "wrong-wrong-12" }, bench.Stop), "a wrong CHAP secret is let in");
        Expect.True(!await reach(connection, access.InitiatorName, null, bench.Stop), "an initiator without CHAP is let in");
        return Finding.Kept("a wrong secret and none at all are turned away");
    }

    [Rule("access.chap.secret-per-initiator", "Each initiator has a secret of its own")]
    public static async Task<Finding> Two_initiators_have_two_secrets(Bench bench)
    {
        if (bench.Can.Chap != Support.Native) return Finding.NotAsked("CHAP is not declared");
        var (key, volume) = await bench.MakeAsync();
        var one = ChapOf(await bench.GrantAsync(key, volume, bench.NewAccess()));
        var two = ChapOf(await bench.GrantAsync(key, volume, bench.NewAccess()));
        Expect.True(one is not null && two is not null && one.Secret != two.Secret, "two initiators share a secret");
        return Finding.Kept("two initiators, two secrets");
    }

    [Rule("host.disconnected.access-stays", "Its agent is gone; its VMs may still run, so its access stays")]
    public static async Task<Finding> A_disconnected_host_keeps_its_access(Bench bench)
    {
        if (bench.Can.AccessPerHost != Support.Native) return Finding.NotAsked(NotDeclared);
        var (key, volume) = await bench.MakeAsync();
        var access = bench.NewAccess();
        await bench.GrantAsync(key, volume, access);
        var host = HostOf(bench, access);
        for (var n = 1; n <= bench.Repeats; n++)
            Expect.Done(await bench.Store.HostListener.HostDisconnectedAsync(host, bench.Stop), $"host disconnected, number {n}");
        await SeesAsync(bench, key, access.InitiatorName);
        return Finding.Kept("still granted");
    }

    [Rule("host.events.may-be-repeated", "Every call may be repeated, and may come without the one before it")]
    public static async Task<Finding> Events_of_a_host_may_come_twice_and_out_of_order(Bench bench)
    {
        var (listener, host) = (bench.Store.HostListener, HostOf(bench, bench.NewAccess()));
        Func<StorageHost, CancellationToken, ValueTask<Outcome<Nothing>>>[] events =
        [
            listener.HostRemovedAsync, listener.HostConnectedAsync, listener.HostAboutToBeRemovedAsync, listener.HostDisconnectedAsync,
            listener.HostAddedAsync, listener.HostConnectedAsync, listener.HostRemovedAsync,
        ];
        foreach (var tell in events)
            for (var n = 1; n <= 2; n++) Expect.Done(await tell(host, bench.Stop), $"{tell.Method.Name}, number {n}");
        return Finding.Kept($"{events.Length} events, each twice");
    }

    [Rule("host.removed.sees-nothing", "It is gone: nothing may remain that lets it in")]
    public static async Task<Finding> A_removed_host_sees_nothing(Bench bench)
    {
        if (bench.Can.AccessPerHost != Support.Native) return Finding.NotAsked(NotDeclared);
        var (key, volume) = await bench.MakeAsync();
        var (gone, stays) = (bench.NewAccess(), bench.NewAccess());
        var connection = await bench.GrantAsync(key, volume, gone);
        await bench.GrantAsync(key, volume, stays);
        await GetsInAsync(bench, connection, gone.InitiatorName);
        Expect.Done(await bench.Store.HostListener.HostRemovedAsync(HostOf(bench, gone), bench.Stop), "host removed");
        await SeesAsync(bench, key, stays.InitiatorName);
        if (bench.Subject.Reach is { } reach)
            Expect.True(!await reach(connection, gone.InitiatorName, ChapOf(connection), bench.Stop), "a removed host is let in");
        return Finding.Kept(bench.Subject.Reach is null ? "read back; no host was played" : "the removed host is out, the other one in; tried with logins");
    }

    /// <summary>Who was granted access gets in, where a host can be played.</summary>
    private static async Task GetsInAsync(Bench bench, Connection connection, string initiatorName)
    {
        if (bench.Subject.Reach is { } reach)
            Expect.True(await reach(connection, initiatorName, ChapOf(connection), bench.Stop), $"{initiatorName}, which was granted access, is not let in");
    }

    internal static ChapCredential? ChapOf(Connection connection) => (connection as Connection.Iscsi)?.Chap;

    internal static async Task SeesAsync(Bench bench, ObjectKey key, params string[] wanted)
    {
        var seen = (await bench.FoundAsync(key)).Initiators;
        Expect.Equal(string.Join(", ", wanted.Order(StringComparer.Ordinal)), string.Join(", ", seen.Order(StringComparer.Ordinal)), $"initiators of {key}");
    }

    internal static void Same(Connection wanted, Connection seen, string what)
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

    private static StorageHost HostOf(Bench bench, AccessRequest access) => new(bench.NewGuid(), "conformance", access.InitiatorName);
}
