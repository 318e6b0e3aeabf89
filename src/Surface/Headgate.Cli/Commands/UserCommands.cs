using System.CommandLine;
using Headgate.Api.Contract;
using Headgate.Cli.Api;
using Headgate.Cli.Options;
using Headgate.Cli.Views;

namespace Headgate.Cli.Commands;

/// <summary><c>headgate user</c></summary>
internal static class UserCommands
{
    public static Command Noun()
    {
        var account = Given.Text("--account", "Of this account only.", "ACCOUNT");
        return Verb.Noun("user", "Users: who acts for an account; keys are theirs.",
            Create(),
            Verb.Of("list", "List users.", ["headgate user list --account acme"], [account], (session, cancelled) =>
                session.ListAsync(Routes.Filtered(Routes.Users, ("account", session.Get(account))), AccessViews.Users, ApiJson.Default.UserView, cancelled)),
            PlaceCommands.ShowVerb("user", Routes.Users, "alice", (session, route, cancelled) =>
                session.ShowAsync(route, AccessViews.User, ApiJson.Default.UserView, cancelled)),
            Change(),
            UserVerb("disable", "Have a user's keys open nothing."),
            UserVerb("enable", "Have a user's keys open again what they did."),
            PlaceCommands.RemoveVerb("user", Routes.Users, "alice", help: "Remove a user and revoke its keys."));
    }

    private static Verb Create()
    {
        var name = Given.Required("--name", "Its name, unique in the account.", "NAME");
        var account = Given.Required("--account", "The account that it acts for.", "ACCOUNT");
        var role = Given.OneOf("--role", "What it may do (default tenant).", AccessCommands.Roles);
        var (display, email) = Texts();
        return Verb.Of("create", "Add a user to an account.", ["headgate user create --name alice --account acme --email alice@example.org"],
            [name, account, role, display, email], async (session, cancelled) =>
            {
                var body = new CreateUser(session.Get(name)!, session.Get(account)!, session.Get(role) ?? "tenant", session.Get(display), session.Get(email));
                var answer = await session.Api.PostAsync(Routes.Users, body, ApiJson.Default.CreateUser, cancelled);
                session.Printer.PrintOne(answer.Body, AccessViews.User, ApiJson.Default.UserView);
            });
    }

    private static Verb Change()
    {
        var user = Given.Ref("USER");
        var role = Given.OneOf("--role", "What it may do from now on.", AccessCommands.Roles);
        var (display, email) = Texts();
        return Verb.Of("change", "Change a user; its keys follow at once. What is not given stays.", ["headgate user change alice --role operator"],
            [user, role, display, email], async (session, cancelled) =>
            {
                var body = new ChangeUser(session.Get(role), session.Get(display), session.Get(email));
                var answer = await session.Api.PostAsync(Routes.Of(Routes.Users, session.Get(user)), body, ApiJson.Default.ChangeUser, cancelled);
                session.Printer.PrintOne(answer.Body, AccessViews.User, ApiJson.Default.UserView);
            });
    }

    private static Verb UserVerb(string verb, string help)
    {
        var user = Given.Ref("USER");
        return Verb.Of(verb, help, [$"headgate user {verb} alice"], [user], async (session, cancelled) =>
        {
            var answer = await session.Api.PostAsync(Routes.Of(Routes.Users, session.Get(user), verb), cancelled);
            session.Printer.PrintOne(answer.Body, AccessViews.User, ApiJson.Default.UserView);
        });
    }

    private static (Option<string?> Display, Option<string?> Email) Texts() => (
        Given.Text("--display-name", "As people call it.", "TEXT"), Given.Text("--email", "Where to reach it.", "ADDRESS"));
}
