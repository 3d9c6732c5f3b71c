"""The same study on several face models, side by side: does the result depend on the face?"""
