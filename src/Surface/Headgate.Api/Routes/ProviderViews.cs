using Headgate.Api.Contract;
using Headgate.Plugins;
using Headgate.Storage.Sdk;

namespace Headgate.Api.Routes;

/// <summary>Providers and what they can honour, as the contract shows them.</summary>
internal static class ProviderViews
{
    public static ProviderView Show(ProviderListing listing) => new(
        listing.Name, listing.Provider?.Info.Version.ToString(), listing.Provider?.Info.Description, listing.Provider?.Info.Managed ?? false,
        Words.Of(listing.Status), [.. (listing.Provider?.Settings.Settings ?? []).Select(Show)],
        listing.Provider is { } provider ? Show(provider.Capabilities) : null)
    {
        Problem = listing.Problem?.ToString(),
        Origin = listing.Plugin is null ? "builtIn" : "plugin",
        Plugin = listing.Plugin,
        SdkVersion = listing.SdkVersion?.ToString(3),
    };

    public static CapabilitiesView Show(DriverCapabilities can) => new(
        Show(can.MinIops), Show(can.MaxIops), Show(can.BurstIops), Show(can.MaxBandwidth),
        Words.Of(can.LiveQosChange), Words.Of(can.LiveResize), Words.Of(can.Snapshots), Words.Of(can.Clones), Words.Of(can.Chap),
        Words.Of(can.AccessPerHost), Words.Of(can.Inventory),
        can.VolumeSize.From, can.VolumeSize.To, can.VolumeSize.Step)
    {
        Copies = Words.Of(can.Copies), CapacityBytesChange = Words.Of(can.CapacityBytesChange), CapacityIopsChange = Words.Of(can.CapacityIopsChange),
        Adoption = Words.Of(can.Adoption), GroupSnapshots = Words.Of(can.GroupSnapshots),
    };

    private static QosSupportView Show(QosSupport limit) =>
        new(Words.Of(limit.Support), limit.Range?.From, limit.Range?.To, limit.Range?.Step);

    // A secret's default, should a provider have one, is a secret too.
    private static SettingView Show(Setting setting) => new(
        setting.Name, Words.Of(setting.Kind), setting.Required, setting.Kind is SettingKind.Secret ? null : setting.Default, setting.Help);
}
