using System.Data.Common;

namespace Shop.Users.Data;

/// <summary>The SQL that both databases understand.</summary>
internal static class Queries
{
    /// <summary>The table.</summary>
    public const string Table = "users";

    /// <summary>Everybody.</summary>
    public const string List = "SELECT id, name, email, created_at FROM users ORDER BY id";

    /// <summary>One of them.</summary>
    public const string Find = "SELECT id, name, email, created_at FROM users WHERE id = @id";

    /// <summary>Adds a user and returns it; returns nothing when the email is taken.</summary>
    public const string Add =
        "INSERT INTO users (name, email, created_at) VALUES (@name, @email, @created_at) "
        + "ON CONFLICT (email) DO NOTHING RETURNING id, name, email, created_at";

    /// <summary>Answers once the table is there.</summary>
    public const string Ping = "SELECT id, name, email, created_at FROM users LIMIT 1";

    /// <summary>The first users, into an empty table only.</summary>
    public const string Seed = """
        INSERT INTO users (name, email, created_at)
        SELECT name, email, @created_at
        FROM (SELECT 1 AS rank, 'Ada Lovelace' AS name, 'ada@example.com' AS email
              UNION ALL SELECT 2, 'Grace Hopper', 'grace@example.com'
              UNION ALL SELECT 3, 'Alan Turing', 'alan@example.com') AS seeds
        WHERE NOT EXISTS (SELECT 1 FROM users)
        ORDER BY rank
        """;

    /// <summary>The operation that a query begins with.</summary>
    public static string OperationOf(string query) => query[..query.IndexOf(' ', StringComparison.Ordinal)];

    /// <summary>The name of a query's span: operation and table.</summary>
    public static string SpanNameOf(string query) => $"{OperationOf(query)} {Table}";

    /// <summary>A command for this query.</summary>
    public static DbCommand Command(this DbConnection connection, string query, params ReadOnlySpan<(string Name, object Value)> parameters)
    {
        var command = connection.CreateCommand();
        command.CommandText = query;
        foreach (var (name, value) in parameters)
        {
            var parameter = command.CreateParameter();
            parameter.ParameterName = name;
            parameter.Value = value;
            command.Parameters.Add(parameter);
        }

        return command;
    }
}
