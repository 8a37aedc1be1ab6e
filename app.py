"""The WSGI application; `python app.py` serves it as `recommender serve` does."""

if __name__ == "__main__":
    from recommender.cli import main

    main(["serve"])
else:
    from recommender.web import create_app

    app = create_app()
