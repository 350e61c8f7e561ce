using System.Data.Common;
using System.Diagnostics;
using System.Globalization;
using Shop.Users.Api;

namespace Shop.Users.Data;

/// <summary>The users, in either database.</summary>
internal sealed class UserStore(IDatabase database, TimeProvider time)
{
    /// <summary>Everybody, in the order in which they came.</summary>
    public Task<List<User>> ListAsync(CancellationToken cancellationToken) => QueryAsync(Queries.List, [], cancellationToken);

    /// <summary>One user, or null.</summary>
    public async Task<User?> FindAsync(long id, CancellationToken cancellationToken) =>
        (await QueryAsync(Queries.Find, [("id", id)], cancellationToken)).SingleOrDefault();

    /// <summary>The user as stored, or null when the email is taken.</summary>
    public async Task<User?> AddAsync(string name, string email, CancellationToken cancellationToken) =>
        (await QueryAsync(Queries.Add, [("name", name), ("email", email), ("created_at", time.GetUtcNow())], cancellationToken))
        .SingleOrDefault();

    /// <summary>Returns when the database answers, and throws when it doesn't.</summary>
    public Task PingAsync(CancellationToken cancellationToken) => QueryAsync(Queries.Ping, [], cancellationToken);

    private async Task<List<User>> QueryAsync(string query, (string, object)[] parameters, CancellationToken cancellationToken)
    {
        await using var connection = await database.ConnectAsync(cancellationToken);
        await using var command = connection.Command(query, parameters);
        using var span = database.StartSpan(query);
        try
        {
            await using var rows = await command.ExecuteReaderAsync(cancellationToken);
            var users = new List<User>();
            while (await rows.ReadAsync(cancellationToken))
                users.Add(new User(rows.GetInt64(0), rows.GetString(1), rows.GetString(2), rows.GetFieldValue<DateTimeOffset>(3)));
            return users;
        }
        catch (DbException e)
        {
            span?.SetStatus(ActivityStatusCode.Error, e.Message);
            span?.SetTag("error.type", e.GetType().FullName);
            span?.SetTag("db.response.status_code", e.ErrorCode.ToString(CultureInfo.InvariantCulture));
            throw;
        }
    }
}
