using Headgate.Api.Contract;
using Headgate.Cli.Output;

namespace Headgate.Cli.Views;

/// <summary>Accounts, keys and the node.</summary>
internal static class AccessViews
{
    public static readonly TableOf<AccountView> Accounts = new(
        new("NAME", a => a.Name), new("ID", a => a.Id.ToString()), new("CREATED", a => Show.Time(a.CreatedAt)));

    public static readonly TableOf<ApiKeyView> Keys = new(
        new("NAME", k => k.Name), new("ACCOUNT", k => k.Account), new("ROLE", k => k.Role), new("PREFIX", k => k.Prefix),
        new("CREATED", k => Show.Time(k.CreatedAt)), new("LAST USED", k => Show.Time(k.LastUsedAt)), new("ID", k => k.Id.ToString()));

    public static PropertySheet Account(AccountView account) => new PropertySheet()
        .Add("Name", account.Name).Add("Id", account.Id.ToString()).Add("Created", Show.Time(account.CreatedAt));

    public static PropertySheet CreatedKey(CreatedApiKey created) => new PropertySheet()
        .Add("Name", created.Info.Name).Add("Id", created.Info.Id.ToString()).Add("Account", created.Info.Account)
        .Add("Role", created.Info.Role).Add("Key", created.Key).Add("Note", "this is the only time that the key is shown");

    public static PropertySheet WhoAmI(WhoAmI who) => new PropertySheet()
        .Add("Account", who.Account).Add("Role", who.Role).Add("Key", who.KeyName);

    public static PropertySheet Node(NodeStatusView node) => new PropertySheet()
        .Add("Node", node.Name).Add("Version", node.Version).Add("iSCSI portal", node.IscsiPortal).Add("Element API", node.ElementEndpoint)
        .Add("Volumes", Show.Number(node.Volumes)).Add("Sessions", Show.Number(node.Sessions))
        .Add("Size used", Show.SizeOf(node.UsedBytes, node.CapacityBytes))
        .Add("Min IOPS promised", Show.Of(node.PromisedIops, node.CapacityIops)).Add("IOPS now", Show.Number(node.CurrentIops))
        .Add("I/O engine", node.IoEngine);

    public static PropertySheet Capacity(NodeCapacityView capacity) => new PropertySheet()
        .Add("IOPS", Show.Number(capacity.Iops)).Add("Measured", capacity.Description);

    public static PropertySheet Credentials(NodeCredentialsView credentials) => new PropertySheet()
        .Add("Element API", credentials.ElementEndpoint).Add("Username", credentials.Username).Add("Password", credentials.Password);
}
