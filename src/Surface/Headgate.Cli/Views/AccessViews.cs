using Headgate.Api.Contract;
using Headgate.Cli.Output;

namespace Headgate.Cli.Views;

/// <summary>Accounts, users, keys and the node.</summary>
internal static class AccessViews
{
    public static readonly TableOf<AccountView> Accounts = new(
        new("NAME", a => a.Name), new("ID", a => a.Id.ToString()), new("CREATED", a => Show.Time(a.CreatedAt)),
        new("DISABLED", a => Show.Time(a.DisabledAt)));

    public static readonly TableOf<UserView> Users = new(
        new("NAME", u => u.Name), new("ACCOUNT", u => u.Account), new("ROLE", u => u.Role), new("DISPLAY NAME", u => Show.Text(u.DisplayName)),
        new("EMAIL", u => Show.Text(u.Email)), new("DISABLED", u => Show.Time(u.DisabledAt)), new("ID", u => u.Id.ToString()));

    public static readonly TableOf<ApiKeyView> Keys = new(
        new("NAME", k => k.Name), new("ACCOUNT", k => k.Account), new("USER", k => Show.Text(k.User)), new("ROLE", k => k.Role), new("PREFIX", k => k.Prefix),
        new("CREATED", k => Show.Time(k.CreatedAt)), new("EXPIRES", k => Show.Time(k.ExpiresAt)), new("LAST USED", k => Show.Time(k.LastUsedAt)),
        new("ID", k => k.Id.ToString()));

    public static readonly TableOf<AuditView> Audit = new(
        new("TIME", r => Show.Time(r.At)), new("WHO", r => r.Account is null ? Show.Text(r.KeyPrefix) : $"{r.Account}/{r.User ?? r.Key}"),
        new("FROM", r => Show.Text(r.RemoteAddress)), new("ACTION", r => r.Operation), new("OBJECT", r => Show.Text(r.Object)),
        new("STATUS", r => r.Status is { } status ? $"{status}" : "?"), new("CODE", r => Show.Text(r.Code)), new("REQUEST", r => r.RequestId));

    public static PropertySheet Account(AccountView account) => new PropertySheet()
        .Add("Name", account.Name).Add("Id", account.Id.ToString()).Add("Created", Show.Time(account.CreatedAt))
        .Add("Disabled", account.DisabledAt is null ? null : Show.Time(account.DisabledAt));

    public static PropertySheet User(UserView user) => new PropertySheet()
        .Add("Name", user.Name).Add("Id", user.Id.ToString()).Add("Account", user.Account).Add("Role", user.Role)
        .Add("Display name", user.DisplayName).Add("E-mail", user.Email).Add("Created", Show.Time(user.CreatedAt))
        .Add("Disabled", user.DisabledAt is null ? null : Show.Time(user.DisabledAt));

    public static PropertySheet CreatedKey(CreatedApiKey created) => new PropertySheet()
        .Add("Name", created.Info.Name).Add("Id", created.Info.Id.ToString()).Add("Account", created.Info.Account).Add("User", created.Info.User)
        .Add("Role", created.Info.Role).Add("Expires", created.Info.ExpiresAt is null ? null : Show.Time(created.Info.ExpiresAt))
        .Add("Key", created.Key).Add("Note", "this is the only time that the key is shown");

    public static PropertySheet WhoAmI(WhoAmI who) => new PropertySheet()
        .Add("Account", who.Account).Add("User", who.User).Add("Role", who.Role).Add("Key", who.KeyName);

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
