"""`teller doctor`: looks at the installation and says what is wrong and how to mend it."""

import typer


def doctor() -> None:
    """Say what is wrong with this installation and how to mend it. Ends with 1 if something is."""
    from bot.doctor import examine

    ill = 0
    for finding in examine():
        typer.echo(f"{'ok   ' if finding.is_well else 'WRONG'}  {finding.about}: {finding.said}")
        if not finding.is_well:
            ill += 1
            typer.echo(f"       mend: {finding.mend}")
    if ill:
        raise typer.Exit(1)
    typer.echo("All is well.")
