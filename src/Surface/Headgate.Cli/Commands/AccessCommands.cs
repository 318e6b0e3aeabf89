using System.CommandLine;
using Headgate.Api.Contract;
using Headgate.Cli.Api;
using Headgate.Cli.Options;
using Headgate.Cli.Views;

namespace Headgate.Cli.Commands;

/// <summary><c>headgate account|key</c></summary>
internal static class AccessCommands
{
    public static IEnumerable<Command> All() => [Account(), Key()];

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
                session.ListAsync(Routes.Accounts, AccessViews.Accounts, ApiJson.Default.AccountView, cancelled)));
    }

    private static Command Key()
    {
        var name = Given.Required("--name", "What it is for.", "NAME");
        var account = Given.Required("--account", "Whose it is.", "ACCOUNT");
        var role = Given.OneOf("--role", "What it may do (default tenant).", "admin", "tenant");
        return Verb.Noun("key", "API keys.",
            Verb.Of("create", "Create an API key; it is shown this once.", ["headgate key create --name ci --account acme"], [name, account, role],
                async (session, cancelled) =>
                {
                    var body = new CreateApiKey(session.Get(name)!, session.Get(account)!, session.Get(role) ?? "tenant");
                    var answer = await session.Api.PostAsync(Routes.Keys, body, ApiJson.Default.CreateApiKey, cancelled);
                    await session.FinishAndShowAsync(answer, Routes.Keys, AccessViews.CreatedKey, ApiJson.Default.CreatedApiKey, cancelled);
                }),
            Verb.Of("list", "List API keys, without the keys.", ["headgate key list"], [], (session, cancelled) =>
                session.ListAsync(Routes.Keys, AccessViews.Keys, ApiJson.Default.ApiKeyView, cancelled)),
            PlaceCommands.RemoveVerb("key", Routes.Keys, "ID", "delete", "Delete an API key; it opens nothing from then on."));
    }
}
