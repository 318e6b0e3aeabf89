using System.Text.Json;
using Headgate.Node.Target;

namespace Headgate.Node.Catalog;

/// <summary>
/// Who may log in where, by the rules of Element (element-api section 4): with the CHAP secret of the volume's account, or
/// as an initiator of an access group that contains the volume. Reads one state and takes no lock.
/// </summary>
internal sealed class TargetDirectory(NodeCatalog catalog, VolumeRuntimes runtimes) : ITargetDirectory
{
    /// <summary>
    /// Volume attribute with the portal <c>HOST:PORT</c> that serves the volume instead of this node, while or after it is
    /// moved; set with ModifyVolume, taken away with it.
    /// </summary>
    public const string RedirectAttribute = "iscsi-redirect";

    /// <inheritdoc/>
    public AuthenticationRule RuleFor(string initiatorName, string? targetName)
    {
        var state = catalog.Current;
        var initiator = state.FindInitiator(initiatorName);
        if (initiator is { RequireChap: true }) return AuthenticationRule.ChapRequired;
        if (targetName is null) return AuthenticationRule.Optional; // discovery: who proves nothing sees its groups' volumes only
        if (state.FindTarget(targetName) is not { Status: VolumeStatus.Active } volume) return AuthenticationRule.Optional;
        return IsInGroupOf(state, initiator, volume) ? AuthenticationRule.Optional : AuthenticationRule.ChapRequired;
    }

    /// <inheritdoc/>
    /// <remarks>
    /// An initiator's own user name comes before an account of the same name: <see cref="Authorize"/> goes by the same
    /// order, so that who proved the one secret never counts as the other.
    /// </remarks>
    public ChapSecrets? FindChap(string username, string initiatorName)
    {
        var state = catalog.Current;
        if (OwnChap(state, username, initiatorName) is { } initiator)
            return new ChapSecrets(username, initiator.InitiatorSecret!, initiator.TargetSecret);
        return state.FindAccount(username) is { Status: AccountStatus.Active, EnableChap: true } account
            ? new ChapSecrets(username, account.InitiatorSecret, account.TargetSecret)
            : null;
    }

    /// <inheritdoc/>
    public TargetGrant Authorize(string initiatorName, string? chapUser, string targetName)
    {
        var state = catalog.Current;
        if (state.FindTarget(targetName) is not { Status: VolumeStatus.Active } volume)
            return new TargetGrant(null, TargetRefusal.NotFound);
        if (!IsServed(state, volume) || !IsAllowed(state, initiatorName, chapUser, volume))
            return new TargetGrant(null, TargetRefusal.NotAuthorized);
        return runtimes.Find(volume.Id) is { } runtime
            ? new TargetGrant(runtime, default)
            : new TargetGrant(null, TargetRefusal.Unavailable);
    }

    /// <inheritdoc/>
    /// <remarks>Always "temporarily": an operator can take it back, and initiators that remember would not notice.</remarks>
    public TargetRedirect? FindRedirect(string targetName)
    {
        if (catalog.Current.FindTarget(targetName) is not { Attributes: { ValueKind: JsonValueKind.Object } attributes }) return null;
        var isSet = attributes.TryGetProperty(RedirectAttribute, out var value) && value.ValueKind == JsonValueKind.String;
        return isSet && IsPortal(value.GetString()!) ? new TargetRedirect(value.GetString()!, IsPermanent: false) : null;
    }

    /// <inheritdoc/>
    /// <remarks>Looks at them all: 4,000 comparisons of 16 bytes for a command that copies megabytes.</remarks>
    public VolumeRuntime? FindByDesignator(ReadOnlySpan<byte> designator)
    {
        foreach (var runtime in runtimes.All)
        {
            if (runtime.Unit.Identity.IsNamed(designator)) return runtime;
        }
        return null;
    }

    /// <inheritdoc/>
    public IReadOnlyList<string> VisibleTargets(string initiatorName, string? chapUser)
    {
        var state = catalog.Current;
        var initiator = state.FindInitiator(initiatorName);
        var seen = new SortedDictionary<long, string>();
        if (ProvenAccount(state, initiatorName, chapUser) is { } account)
        {
            foreach (var volume in state.VolumesOf(account.Id)) Show(volume);
        }
        if (initiator is not null && MayUseGroup(state, initiator, chapUser) && state.GroupOf(initiator.Id) is { } group)
        {
            foreach (var member in group.Volumes) Show(state.Volumes[member.VolumeId]);
        }
        return [.. seen.Values];

        void Show(Volume volume)
        {
            if (volume.Status is VolumeStatus.Active && IsServed(state, volume)) seen[volume.Id] = volume.TargetName;
        }
    }

    // It goes into a login response as it is.
    private static bool IsPortal(string text)
    {
        var colon = text.LastIndexOf(':');
        return text.Length <= 255 && colon > 0 && ushort.TryParse(text.AsSpan(colon + 1), out _)
            && !text.Any(c => char.IsControl(c) || char.IsWhiteSpace(c) || c is ',' or '=' || !char.IsAscii(c));
    }

    private static bool IsServed(CatalogState state, Volume volume) =>
        volume.Access is VolumeAccess.ReadWrite or VolumeAccess.ReadOnly
        && state.Accounts.TryGetValue(volume.AccountId, out var owner) && owner.Status is AccountStatus.Active;

    private static bool IsAllowed(CatalogState state, string initiatorName, string? chapUser, Volume volume)
    {
        var initiator = state.FindInitiator(initiatorName);
        if (IsInGroupOf(state, initiator, volume) && MayUseGroup(state, initiator!, chapUser)) return true;
        return ProvenAccount(state, initiatorName, chapUser)?.Id == volume.AccountId;
    }

    private static bool IsInGroupOf(CatalogState state, Initiator? initiator, Volume volume) =>
        initiator is not null && state.GroupOf(initiator.Id) is { } group && state.IsInGroup(volume.Id, group.Id);

    /// <summary>Membership lets in without CHAP, unless the initiator has CHAP of its own to go through.</summary>
    private static bool MayUseGroup(CatalogState state, Initiator initiator, string? chapUser) =>
        !initiator.RequireChap || (chapUser is not null && OwnChap(state, chapUser, initiator.Name) is not null);

    private static Account? ProvenAccount(CatalogState state, string initiatorName, string? chapUser) =>
        chapUser is not null && OwnChap(state, chapUser, initiatorName) is null
        && state.FindAccount(chapUser) is { Status: AccountStatus.Active, EnableChap: true } account
            ? account
            : null;

    private static Initiator? OwnChap(CatalogState state, string username, string initiatorName) =>
        state.FindInitiator(initiatorName) is { InitiatorSecret: not null } initiator
        && string.Equals(initiator.ChapUsername, username, StringComparison.Ordinal)
            ? initiator
            : null;
}
