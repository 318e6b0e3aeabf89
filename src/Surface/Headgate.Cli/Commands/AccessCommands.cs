using System.CommandLine;
using Headgate.Api.Contract;
using Headgate.Cli.Api;
using Headgate.Cli.Options;
using Headgate.Cli.Views;

namespace Headgate.Cli.Commands;

/// <summary><c>headgate account|key</c>; users are in <see cref="UserCommands"/>.</summary>
internal static class AccessCommands
{
    internal static readonly string[] Roles = ["admin", "operator", "tenant"];

    public static IEnumerable<Command> All() => [Account(), UserCommands.Noun(), Key()];

    private static Command Account()
    {
        var name = Given.Required("--name", "Its name.", "NAME");
        return Verb.Noun("account", "Accounts: who volumes belong to.",
            Verb.Of("create", "Create an account.", ["headgate account create --name acme"], [name], async (session, cancelled) =>
            {
                var answer = await session.Api.PostAsync(Routes.Accounts, new CreateAccount(session.Get(name)!), ApiJson.Default.CreateAccount, cancelled);
                await session.FinishAndShowAsync(answer, Routes.Accounts, AccessViews.Account, ApiJson.Default.AccountView, cancelled);
            }),
            Verb.Of("list", "List accounts.", ["headgate account list"], [], (session, cancelled) =>
                session.ListAsync(Routes.Accounts, AccessViews.Accounts, ApiJson.Default.AccountView, cancelled)),
            PlaceCommands.ShowVerb("account", Routes.Accounts, "acme", (session, route, cancelled) =>
                session.ShowAsync(route, AccessViews.Account, ApiJson.Default.AccountView, cancelled)),
            RenameAccount(),
            QuotaCommands.OfAccount(),
            AccountVerb("disable", "Have an account's keys open nothing; its volumes stay connected."),
            AccountVerb("enable", "Have an account's keys open again what they did."),
            PlaceCommands.RemoveVerb("account", Routes.Accounts, "acme", help: "Remove an account that owns nothing, with its users and keys."));
    }

    private static Verb RenameAccount()
    {
        var (account, name) = (Given.Ref("ACCOUNT"), Given.Required("--name", "Its new name.", "NAME"));
        return Verb.Of("rename", "Give an account another name.", ["headgate account rename acme --name acme-eu"], [account, name], async (session, cancelled) =>
        {
            var answer = await session.Api.PostAsync(
                Routes.Of(Routes.Accounts, session.Get(account), "rename"), new RenameAccount(session.Get(name)!), ApiJson.Default.RenameAccount, cancelled);
            session.Printer.PrintOne(answer.Body, AccessViews.Account, ApiJson.Default.AccountView);
        });
    }

    private static Verb AccountVerb(string verb, string help)
    {
        var account = Given.Ref("ACCOUNT");
        return Verb.Of(verb, help, [$"headgate account {verb} acme"], [account], async (session, cancelled) =>
        {
            var answer = await session.Api.PostAsync(Routes.Of(Routes.Accounts, session.Get(account), verb), cancelled);
            session.Printer.PrintOne(answer.Body, AccessViews.Account, ApiJson.Default.AccountView);
        });
    }

    private static Command Key()
    {
        var account = Given.Text("--account", "Of this account only.", "ACCOUNT");
        return Verb.Noun("key", "API keys.",
            CreateKey(),
            Verb.Of("list", "List API keys, without the keys.", ["headgate key list --account acme"], [account], (session, cancelled) =>
                session.ListAsync(Routes.Filtered(Routes.Keys, ("account", session.Get(account))), AccessViews.Keys, ApiJson.Default.ApiKeyView, cancelled)),
            RotateKey(),
            PlaceCommands.RemoveVerb("key", Routes.Keys, "ID", "delete", "Delete an API key; it opens nothing from then on."));
    }

    private static Verb CreateKey()
    {
        var name = Given.Required("--name", "What it is for.", "NAME");
        var account = Given.Text("--account", "Whose it is; may be left out with --user.", "ACCOUNT");
        var user = Given.Text("--user", "The account's user whose it is.", "USER");
        var role = Given.OneOf("--role", "The most that it may do (default: what its user may, else tenant).", Roles);
        var days = Given.Count("--expires-in-days", "It opens nothing after so many days (default: it does not expire).", 1, "DAYS");
        return Verb.Of("create", "Create an API key; it is shown this once.",
            ["headgate key create --name ci --account acme", "headgate key create --name laptop --user alice --expires-in-days 90"],
            [name, account, user, role, days],
            async (session, cancelled) =>
            {
                var expires = session.Get(days) is { } given ? session.Console.Time.GetUtcNow().AddDays(given) : (DateTimeOffset?)null;
                var body = new CreateApiKey(session.Get(name)!, session.Get(account), session.Get(role), session.Get(user), expires);
                var answer = await session.Api.PostAsync(Routes.Keys, body, ApiJson.Default.CreateApiKey, cancelled);
                session.Printer.PrintOne(answer.Body, AccessViews.CreatedKey, ApiJson.Default.CreatedApiKey);
            });
    }

    private static Verb RotateKey()
    {
        var key = Given.Ref("KEY");
        var overlap = Given.Count("--overlap", "The old secret goes on for so many seconds (default 0, at most a week).", 0, "SECONDS");
        return Verb.Of("rotate", "Give an API key another secret, shown this once: an admin any key, everybody else the one in use.",
            ["headgate key rotate hg_0123456789abcdef --overlap 3600"], [key, overlap], async (session, cancelled) =>
            {
                var body = new RotateApiKey((int)Math.Min(int.MaxValue, session.Get(overlap) ?? 0));
                var answer = await session.Api.PostAsync(Routes.Of(Routes.Keys, session.Get(key), "rotate"), body, ApiJson.Default.RotateApiKey, cancelled);
                session.Printer.PrintOne(answer.Body, AccessViews.CreatedKey, ApiJson.Default.CreatedApiKey);
            });
    }
}
