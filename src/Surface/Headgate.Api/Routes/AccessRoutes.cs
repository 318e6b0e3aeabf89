using Headgate.Api.Auth;
using Headgate.Api.Contract;
using Headgate.Api.Paging;
using Headgate.Api.Problems;
using Headgate.Control.Access;
using Headgate.Domain;
using Headgate.Primitives;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Routing;
using static Microsoft.AspNetCore.Http.StatusCodes;

namespace Headgate.Api.Routes;

/// <summary>Accounts, users, API keys, and who one is.</summary>
internal static class AccessRoutes
{
    public static void Map(RouteGroupBuilder everybody, RouteGroupBuilder admins)
    {
        everybody.MapGet("/whoami", (HttpContext http) => TypedResults.Ok(Show(http.Caller())))
            .Named("whoAmI", "Show whose key this is").WithTags("Access").Answers<WhoAmI>();
        MapAccounts(admins.MapGroup("/accounts").WithTags("Access"));
        MapUsers(admins.MapGroup("/users").WithTags("Access"));
        MapKeys(everybody.MapGroup("/keys").WithTags("Access"), admins.MapGroup("/keys").WithTags("Access"));
    }

    private static void MapAccounts(RouteGroupBuilder admins)
    {
        admins.MapGet("", ([AsParameters] PageQuery page, HttpContext http, Accounts accounts, CancellationToken stop) =>
                page.AnswerAsync(request => accounts.ListAsync(http.Caller(), request, stop), Show))
            .Named("listAccounts", "List the accounts").AnswersPage<AccountView>();
        admins.MapGet("/{ref}", async (string @ref, HttpContext http, Accounts accounts, CancellationToken stop) =>
                (await accounts.FindAsync(http.Caller(), @ref, stop)).Ok(Show))
            .Named("getAccount", "Show an account").Answers<AccountView>().Problems(Status404NotFound);
        admins.MapPost("", async (CreateAccount body, HttpContext http, Accounts accounts, CancellationToken stop) =>
                (await accounts.CreateAsync(http.Caller(), body.Name, stop))
                .Created(Show, view => $"/api/v1/accounts/{view.Id}"))
            .Named("createAccount", "Add an account").AnswersCreated<AccountView>();
        admins.MapPost("/{ref}/rename", async (string @ref, RenameAccount body, HttpContext http, Accounts accounts, CancellationToken stop) =>
                (await accounts.RenameAsync(http.Caller(), @ref, body.Name, stop)).Ok(Show))
            .Named("renameAccount", "Give an account another name").Answers<AccountView>().ProblemsOfBody().Problems(Status404NotFound, Status409Conflict);
        admins.MapPost("/{ref}/disable", async (string @ref, HttpContext http, Accounts accounts, CancellationToken stop) =>
                (await accounts.DisableAsync(http.Caller(), @ref, stop)).Ok(Show))
            .Named("disableAccount", "Have an account's keys open nothing from the next call on; its volumes stay connected")
            .Answers<AccountView>().Problems(Status404NotFound, Status409Conflict);
        admins.MapPost("/{ref}/enable", async (string @ref, HttpContext http, Accounts accounts, CancellationToken stop) =>
                (await accounts.EnableAsync(http.Caller(), @ref, stop)).Ok(Show))
            .Named("enableAccount", "Have an account's keys open again what they did").Answers<AccountView>().Problems(Status404NotFound, Status409Conflict);
        admins.MapDelete("/{ref}", async (string @ref, HttpContext http, Accounts accounts, CancellationToken stop) =>
                (await accounts.RemoveAsync(http.Caller(), @ref, stop)).NoContent())
            .Named("removeAccount", "Remove an account that owns nothing, with its users and keys")
            .AnswersNothing().Problems(Status404NotFound, Status409Conflict);
    }

    private static void MapUsers(RouteGroupBuilder admins)
    {
        admins.MapGet("", (
                [AsParameters] PageQuery page, [FromQuery] string? account, HttpContext http, Users users, CancellationToken stop) =>
                page.AnswerAsync(request => users.ListAsync(http.Caller(), account, request, stop), Show))
            .Named("listUsers", "List users, all or those of one account").AnswersPage<UserView>("account").Problems(Status404NotFound);
        admins.MapGet("/{ref}", async (string @ref, HttpContext http, Users users, CancellationToken stop) =>
                (await users.FindAsync(http.Caller(), @ref, stop)).Ok(Show))
            .Named("getUser", "Show a user").Answers<UserView>().Problems(Status404NotFound, Status409Conflict);
        admins.MapPost("", async (CreateUser body, HttpContext http, Users users, CancellationToken stop) =>
                Words.Read<Role>(body.Role, "role") is not Outcome<Role>.Done role
                    ? ProblemResult.Refused(UnknownRole(body.Role))
                    : (await users.CreateAsync(
                        http.Caller(), new UserSpec(body.Name, body.Account, role.Value, body.DisplayName, body.Email), stop))
                    .Created(Show, view => $"/api/v1/users/{view.Id}"))
            .Named("createUser", "Add a user to an account").AnswersCreated<UserView>().Problems(Status404NotFound);
        admins.MapPost("/{ref}", async (string @ref, ChangeUser body, HttpContext http, Users users, CancellationToken stop) =>
                RoleOrNone(body.Role, out var role) is { } problem
                    ? ProblemResult.Refused(problem)
                    : (await users.ChangeAsync(http.Caller(), @ref, new UserChange(role, body.DisplayName, body.Email), stop)).Ok(Show))
            .Named("changeUser", "Change a user's role, display name or e-mail address; its keys follow at once")
            .Answers<UserView>().ProblemsOfBody().Problems(Status404NotFound, Status409Conflict);
        admins.MapPost("/{ref}/disable", async (string @ref, HttpContext http, Users users, CancellationToken stop) =>
                (await users.DisableAsync(http.Caller(), @ref, stop)).Ok(Show))
            .Named("disableUser", "Have a user's keys open nothing from the next call on").Answers<UserView>().Problems(Status404NotFound, Status409Conflict);
        admins.MapPost("/{ref}/enable", async (string @ref, HttpContext http, Users users, CancellationToken stop) =>
                (await users.EnableAsync(http.Caller(), @ref, stop)).Ok(Show))
            .Named("enableUser", "Have a user's keys open again what they did").Answers<UserView>().Problems(Status404NotFound, Status409Conflict);
        admins.MapDelete("/{ref}", async (string @ref, HttpContext http, Users users, CancellationToken stop) =>
                (await users.RemoveAsync(http.Caller(), @ref, stop)).NoContent())
            .Named("removeUser", "Remove a user and revoke its keys").AnswersNothing().Problems(Status404NotFound, Status409Conflict);
    }

    private static void MapKeys(RouteGroupBuilder everybody, RouteGroupBuilder admins)
    {
        admins.MapGet("", (
                [AsParameters] PageQuery page, [FromQuery] string? account, HttpContext http, ApiKeys keys, CancellationToken stop) =>
                page.AnswerAsync(request => keys.ListAsync(http.Caller(), account, request, stop), Show))
            .Named("listKeys", "List the API keys in force, without their secrets").AnswersPage<ApiKeyView>("account").Problems(Status404NotFound);
        admins.MapPost("", async (CreateApiKey body, HttpContext http, ApiKeys keys, CancellationToken stop) =>
                RoleOrNone(body.Role, out var role) is { } problem
                    ? ProblemResult.Refused(problem)
                    : (await keys.CreateAsync(http.Caller(), new KeySpec(body.Name, body.Account, body.User, role, body.ExpiresAt), stop))
                    .Created(Show, view => $"/api/v1/keys/{view.Info.Id}"))
            .Named("createKey", "Make an API key; the answer is the only place where it is shown")
            .AnswersCreated<CreatedApiKey>().Problems(Status404NotFound);
        everybody.MapPost("/{ref}/rotate", async (string @ref, RotateApiKey body, HttpContext http, ApiKeys keys, CancellationToken stop) =>
                (await keys.RotateAsync(http.Caller(), @ref, TimeSpan.FromSeconds(body.OverlapSeconds), stop)).Ok(Show))
            .Named("rotateKey", "Give an API key another secret, shown in the answer only: an admin any key, everybody else the one it calls with")
            .Answers<CreatedApiKey>().ProblemsOfBody().Problems(Status404NotFound);
        admins.MapDelete("/{ref}", async (string @ref, HttpContext http, ApiKeys keys, CancellationToken stop) =>
                (await keys.RevokeAsync(http.Caller(), @ref, stop)).NoContent())
            .Named("revokeKey", "Revoke an API key, by id or prefix").AnswersNothing().Problems(Status404NotFound, Status409Conflict);
    }

    private static Fault? RoleOrNone(string? word, out Role? role)
    {
        role = word is not null && Words.Read<Role>(word, "role") is Outcome<Role>.Done known ? known.Value : null;
        return word is not null && role is null ? UnknownRole(word) : null;
    }

    private static Fault UnknownRole(string word) => Words.Unknown("role", word, Enum.GetValues<Role>().Select(Words.Of));

    private static WhoAmI Show(Control.Caller caller) => new(caller.Account, Words.Of(caller.Role), caller.KeyName, caller.User);

    private static AccountView Show(Account account) => new(account.Id, account.Name, account.CreatedAt, account.DisabledAt);

    private static UserView Show(UserOfAccount found) => new(
        found.User.Id, found.User.Name, found.Account, Words.Of(found.User.Role), found.User.DisplayName, found.User.Email,
        found.User.CreatedAt, found.User.DisabledAt);

    private static CreatedApiKey Show(NewKey made) => new(Show(made.Info), made.Text);

    private static ApiKeyView Show(KeyOfAccount found) => new(
        found.Key.Id, found.Key.Name, found.Account, Words.Of(found.Key.Role), found.Key.Prefix, found.Key.CreatedAt,
        found.Key.LastUsedAt, found.User, found.Key.ExpiresAt);
}
