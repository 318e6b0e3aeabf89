using Headgate.Node.Catalog;
using Headgate.Node.Target;

namespace Headgate.Node.Tests.ElementApi;

/// <summary>Who may log in where, asked of the directory that the target asks.</summary>
public sealed class AccessTests : IAsyncLifetime
{
    private const string Host = "iqn.1993-08.org.debian:01:host";
    private const string Other = "iqn.1993-08.org.debian:01:other";

    private RunningNode _node = null!;
    private TargetDirectory _directory = null!;
    private long _mine;
    private long _theirs;
    private string _target = "";
    private long _volume;

    public async ValueTask InitializeAsync()
    {
        _node = await RunningNode.StartAsync();
        _directory = new TargetDirectory(_node.Catalog, _node.Node.Parts.Runtimes);
        _mine = await _node.AccountAsync("mine");
        _theirs = await _node.AccountAsync("theirs");
        var volume = await _node.VolumeAsync(_mine);
        (_volume, _target) = (volume.GetProperty("volumeID").GetInt64(), volume.GetProperty("iqn").GetString()!);
    }

    public async ValueTask DisposeAsync() => await _node.DisposeAsync();

    [Fact]
    public void The_account_of_the_volume_is_let_in_and_sees_it_and_nobody_else()
    {
        Assert.Equal(AuthenticationRule.ChapRequired, _directory.RuleFor(Host, _target));
        Assert.Equal(_volume, _directory.Authorize(Host, "mine", _target).Volume?.VolumeId);
        Refused(TargetRefusal.NotAuthorized, Host, "theirs");
        Refused(TargetRefusal.NotAuthorized, Host, null);
        Assert.Equal([_target], _directory.VisibleTargets(Host, "mine"));
        Assert.Empty(_directory.VisibleTargets(Host, "theirs"));
        Assert.Empty(_directory.VisibleTargets(Host, null));
        Assert.Equal(TargetRefusal.NotFound, _directory.Authorize(Host, "mine", _target + "0").Refusal);
    }

    [Theory]
    [InlineData("192.0.2.7:3260", true)]
    [InlineData("[fd00::7]:3260", true)]
    [InlineData("san.example:3260", true)]
    [InlineData("192.0.2.7", false)]
    [InlineData("192.0.2.7:3260,1", false)]
    [InlineData("a b:3260", false)]
    [InlineData("", false)]
    public async Task A_volume_with_a_portal_of_its_own_is_sent_there(string portal, bool isSent)
    {
        Assert.Null(_directory.FindRedirect(_target));
        await _node.CallAsync("ModifyVolume", $$$"""{"volumeID":{{{_volume}}},"attributes":{"iscsi-redirect":"{{{portal}}}"}}""");
        Assert.Equal(isSent ? new TargetRedirect(portal, false) : null, _directory.FindRedirect(_target));
        await _node.CallAsync("ModifyVolume", $$$"""{"volumeID":{{{_volume}}},"attributes":{}}""");
        Assert.Null(_directory.FindRedirect(_target));
    }

    [Fact]
    public async Task An_access_group_lets_its_initiators_in_without_chap_until_they_leave_it()
    {
        var group = await GroupAsync(Host);
        Assert.Equal(AuthenticationRule.Optional, _directory.RuleFor(Host, _target));
        Assert.Equal(AuthenticationRule.ChapRequired, _directory.RuleFor(Other, _target));
        Assert.NotNull(_directory.Authorize(Host.ToUpperInvariant().Replace("IQN", "iqn", StringComparison.Ordinal), null, _target).Volume);
        Assert.NotNull(_directory.Authorize(Host, "theirs", _target).Volume);
        Refused(TargetRefusal.NotAuthorized, Other, null);
        Assert.Equal([_target], _directory.VisibleTargets(Host, null));

        await _node.CallAsync("RemoveInitiatorsFromVolumeAccessGroup", $$"""{"volumeAccessGroupID":{{group}},"initiators":["{{Host}}"]}""");
        Refused(TargetRefusal.NotAuthorized, Host, null);
    }

    [Fact]
    public async Task An_initiator_that_requires_chap_proves_itself_even_inside_its_group()
    {
        var group = await GroupAsync();
        await _node.CallAsync(
            "CreateInitiators",
            $$"""{"initiators":[{"name":"{{Host}}","volumeAccessGroupID":{{group}},"requireChap":true,"chapUsername":"hostuser","initiatorSecret":"secretsecret"}]}""");
        Assert.Equal(AuthenticationRule.ChapRequired, _directory.RuleFor(Host, _target));
        Assert.Equal(AuthenticationRule.ChapRequired, _directory.RuleFor(Host, null));
        Refused(TargetRefusal.NotAuthorized, Host, null);
        Refused(TargetRefusal.NotAuthorized, Host, "theirs");
        Assert.Equal("secretsecret", _directory.FindChap("hostuser", Host)?.InitiatorSecret);
        Assert.Null(_directory.FindChap("hostuser", Other));
        Assert.NotNull(_directory.Authorize(Host, "hostuser", _target).Volume);
    }

    [Fact]
    public async Task An_initiators_own_user_name_never_passes_for_an_account_of_the_same_name()
    {
        await _node.CallAsync(
            "CreateInitiators", $$"""{"initiators":[{"name":"{{Host}}","requireChap":true,"chapUsername":"mine","initiatorSecret":"weakweakweak"}]}""");
        Assert.Equal("weakweakweak", _directory.FindChap("mine", Host)?.InitiatorSecret);
        Refused(TargetRefusal.NotAuthorized, Host, "mine");
        Assert.Empty(_directory.VisibleTargets(Host, "mine"));
        Assert.NotNull(_directory.Authorize(Other, "mine", _target).Volume);
    }

    [Fact]
    public async Task Locks_and_deletion_shut_out_and_hide()
    {
        await GroupAsync(Host);
        await _node.CallAsync("ModifyAccount", $$"""{"accountID":{{_mine}},"status":"locked"}""");
        Assert.Null(_directory.FindChap("mine", Host));
        Refused(TargetRefusal.NotAuthorized, Host, null);
        Assert.Empty(_directory.VisibleTargets(Host, null));
        await _node.CallAsync("ModifyAccount", $$"""{"accountID":{{_mine}},"status":"active"}""");
        Assert.NotNull(_directory.Authorize(Host, null, _target).Volume);

        await _node.CallAsync("ModifyVolume", $$"""{"volumeID":{{_volume}},"access":"locked"}""");
        Refused(TargetRefusal.NotAuthorized, Host, "mine");
        Assert.Empty(_directory.VisibleTargets(Host, "mine"));
        await _node.CallAsync("ModifyVolume", $$"""{"volumeID":{{_volume}},"access":"readWrite"}""");

        await _node.CallAsync("DeleteVolume", $$"""{"volumeID":{{_volume}} }""");
        Refused(TargetRefusal.NotFound, Host, "mine");
        Assert.Empty(_directory.VisibleTargets(Host, "mine"));
        await _node.CallAsync("RestoreDeletedVolume", $$"""{"volumeID":{{_volume}} }""");
        Assert.NotNull(_directory.Authorize(Host, null, _target).Volume);
    }

    [Fact]
    public async Task A_volume_that_changes_hands_answers_to_its_new_account_only()
    {
        await _node.CallAsync("ModifyVolume", $$"""{"volumeID":{{_volume}},"accountID":{{_theirs}} }""");
        Refused(TargetRefusal.NotAuthorized, Host, "mine");
        Assert.NotNull(_directory.Authorize(Host, "theirs", _target).Volume);
    }

    [Fact]
    public async Task Membership_rules_speak_to_cinder()
    {
        var group = await GroupAsync(Host);
        var (name, message) = await _node.RefusalAsync("CreateVolumeAccessGroup", $$"""{"name":"second","initiators":["{{Host}}"]}""");
        Assert.Equal("xExceededLimit", name);
        Assert.Contains(Host, message, StringComparison.Ordinal);
        Assert.Single(_node.Catalog.Current.Groups);

        // Adding what is there already is silent; removing what is not there is not.
        await _node.CallAsync("AddVolumesToVolumeAccessGroup", $$"""{"volumeAccessGroupID":{{group}},"volumes":[{{_volume}}]}""");
        var free = await _node.VolumeIdAsync(_mine, "free");
        Assert.Equal(
            "xNotInVolumeAccessGroup",
            (await _node.RefusalAsync("RemoveVolumesFromVolumeAccessGroup", $$"""{"volumeAccessGroupID":{{group}},"volumes":[{{free}}]}""")).Name);

        await _node.CallAsync("DeleteVolume", $$"""{"volumeID":{{_volume}} }""");
        var view = (await _node.CallAsync("ListVolumeAccessGroups")).GetProperty("volumeAccessGroups")[0];
        Assert.Equal(0, view.GetProperty("volumes").GetArrayLength());
        Assert.Equal(_volume, view.GetProperty("deletedVolumes")[0].GetInt64());
        await _node.CallAsync("PurgeDeletedVolume", $$"""{"volumeID":{{_volume}} }""");
        view = (await _node.CallAsync("ListVolumeAccessGroups")).GetProperty("volumeAccessGroups")[0];
        Assert.Equal(0, view.GetProperty("deletedVolumes").GetArrayLength());
    }

    [Fact]
    public async Task Creating_initiators_is_all_or_nothing()
    {
        Assert.Equal(
            "xInitiatorExists",
            (await _node.RefusalAsync("CreateInitiators", $$"""{"initiators":[{"name":"{{Host}}"},{"name":"{{Host}}"}]}""")).Name);
        Assert.Empty(_node.Catalog.Current.Initiators);
    }

    private async Task<long> GroupAsync(params string[] initiators)
    {
        var names = string.Join(',', initiators.Select(name => $"\"{name}\""));
        var made = await _node.CallAsync("CreateVolumeAccessGroup", $$"""{"name":"g","initiators":[{{names}}],"volumes":[{{_volume}}]}""");
        return made.GetProperty("volumeAccessGroupID").GetInt64();
    }

    private void Refused(TargetRefusal why, string initiator, string? user)
    {
        var grant = _directory.Authorize(initiator, user, _target);
        Assert.Null(grant.Volume);
        Assert.Equal(why, grant.Refusal);
    }
}
